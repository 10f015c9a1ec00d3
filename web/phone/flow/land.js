// What a browser gets that isn't the phone app: no key is made there.

import { left } from "../lib/clock.js";
import { readCode } from "../lib/code.js";
import { is } from "../lib/problem.js";
import { inApp, platform, standalone, systemName } from "../lib/system.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../view/land.js").Landing["kind"]} Kind */
/** @typedef {{kind: Kind, code: string, ends: number, dead: boolean}} Landing */

/** @type {any} */
let prompt = null; // the browser's offer to install, once for each load
/** @type {App | null} */
let waiting = null;

let installed = false; // just now, from here

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
  waiting?.draw();
});

addEventListener("appinstalled", () => {
  installed = true;
  waiting?.draw();
});

/**
 * Decides whether this window is the phone app. A code it was opened with is
 * looked at, which never uses it up.
 * @param {App} app
 * @param {ReturnType<typeof import("../lib/code.js").readFragment>} opened
 */
export async function land(app, opened) {
  waiting = app;
  const kind = kindOf(app, opened?.kind === "sign_in");
  app.landing = kind && { kind, code: "", ends: 0, dead: false };
  app.draw();
  if (!app.landing || !app.phone) return;
  if (opened?.kind === "code") {
    const { code } = await readCode(opened.text, location.origin);
    if (code) await look(app, app.landing, code);
  } else if (!opened && app.opened && left(app.opened.ends) > 0) {
    Object.assign(app.landing, app.opened); // the page was loaded again
  }
  app.draw();
}

/** @param {App} app @param {boolean} signIn  opened by a sign-in's QR code @returns {Kind | null} */
function kindOf({ phone, settings, stuck }, signIn) {
  if (inApp()) return "app";
  if (!phone) return stuck === "no_storage" ? "nope" : null;
  if (settings.use || standalone()) return null;
  if (phone.accounts().length || phone.unfinished().length || phone.unread.size) return null;
  if (systemName() === "computer") return "desk";
  return signIn ? "have" : phoneKind();
}

/** How the app comes onto this phone. @returns {Kind} */
export const phoneKind = () => (platform() === "ios" ? "ios" : "android");

/** @param {App} app @param {Landing} landing @param {string} code */
async function look(app, landing, code) {
  landing.code = code;
  try {
    const { ends } = await /** @type {NonNullable<App["phone"]>} */ (app.phone).look(code);
    landing.ends = ends;
    app.opened = { code, ends };
    await app.phone?.setSetting("opened", app.opened); // on Android the installed app finds it
  } catch (problem) {
    if (!is(problem, "activation_failed")) return;
    Object.assign(landing, { code: "", dead: true });
    app.forget(code);
  }
}

/** What the browser does about installing the app. @returns {"" | "offers" | "done"} */
export const installs = () => (installed ? "done" : prompt ? "offers" : "");

/** Takes the offer; it counts once. */
export async function install() {
  await prompt?.prompt();
  prompt = null;
  waiting?.draw();
}
