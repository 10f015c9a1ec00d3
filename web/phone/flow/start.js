// Opens the app: words, storage, and what it was opened with.

import { html, render } from "../vendor/preact.js";
import { readCode, readFragment } from "../lib/code.js";
import { stopLoading } from "../lib/load.js";
import { Phone } from "../lib/phone.js";
import { is } from "../lib/problem.js";
import { list } from "../lib/words.js";
import { hear, keepAll, onOther, startWorker, stay, takeOver, version } from "../lib/worker.js";
import { App } from "./app.js";
import { land } from "./land.js";
import { live } from "./live.js";
import { Root } from "./root.js";

/** @typedef {ReturnType<typeof readFragment>} Opened */

const PATIENCE = 1500; // milliseconds until it is said that the phone is being opened

/**
 * Starts the app; called once for each load of the page.
 * @param {string} fragment  of the address, already taken out of it
 * @param {HTMLElement} root
 */
export async function start(fragment, root) {
  if (!fragment) await takeOver(); // what it was opened with would be lost
  await stay();
  let touched = fragment !== "";
  const touch = () => (touched = true);
  const once = { once: true, capture: true };
  for (const kind of ["pointerdown", "click", "keydown", "input"]) addEventListener(kind, touch, once);
  const { version: own = "" } = document.documentElement.dataset;
  onOther(own, (first) => (touched || !first ? stopLoading() : location.reload()));
  const app = new App(null, () => render(html`<${Root} app=${app} />`, root));
  const opened = readFragment(fragment);
  startWorker();
  app.again = () => begin(app, opened);
  await app.again();
}

/** @param {App} app @param {Opened} opened */
async function begin(app, opened) {
  const slow = setTimeout(() => app.speak().then(() => app.draw()), PATIENCE);
  app.stuck = "opening";
  const phone = (app.phone = await open(app));
  await app.speak();
  clearTimeout(slow);
  await land(app, opened);
  if (phone) await run(/** @type {import("./app.js").Running} */ (app), opened);
}

/** @param {App} app @returns {Promise<Phone | null>} with what was set before */
async function open(app) {
  try {
    app.phone = await Phone.open();
    await app.recall();
    app.stuck = "";
    return app.phone;
  } catch (problem) {
    app.stuck = is(problem, "no_storage") ? "no_storage" : "storage";
    return null;
  }
}

/** @param {import("./app.js").Running} app @param {Opened} opened */
async function run(app, opened) {
  const { phone } = app;
  app.again = () => phone.reload();
  addEventListener("hashchange", () => again(app));
  const keep = () => (phone.accounts().length || phone.unfinished().length) && keepAll();
  keep();
  phone.onChange(() => (keep(), app.draw()));
  phone.onInbox(() => app.draw());
  const { first, look, tapped } = live(app);
  const repair = async () => {
    if (phone.callers().length) await (await import("./push.js")).repair(app); // there is a phone to tell
  };
  first.then(repair).catch(() => {}); // what the server says of notifications is known by then
  hear((what) => ({ push: look, tap: tapped, renew: repair })[what]());
  phone.server().then((info) => app.named(info), () => {});
  updated(app);
  if (!app.landing && opened) await follow(app, opened);
  else if (phone.unfinished().length) await (await import("./check.js")).resume(app);
  else if (!app.landing) await missing(app, phone);
}

/** A newer version took over since the last start: said once, at home. @param {App} app */
async function updated(app) {
  const now = await version();
  const before = app.settings.version;
  if (!now || now === before) return;
  await app.set({ version: now });
  if (before && app.nav.stack.length === 1 && !app.landing) app.note ??= { k: "home.updated" };
}

/** Keys that are gone are said to be gone, once, and what to do. @param {App} app @param {Phone} phone */
async function missing(app, phone) {
  const accounts = await phone.lost().catch(() => []);
  if (!accounts.length) return;
  app.nav.go("Recover", { accounts: list(accounts) });
  await phone.forgetLost();
}

/** The app was open already when a code or a link was opened in it. @param {App} app */
async function again(app) {
  const opened = readFragment(location.hash);
  app.nav.adopt();
  if (!opened) return;
  await land(app, opened);
  if (!app.landing) await follow(app, opened);
}

/**
 * Opens the screen for what the app was opened with: a code, or a request.
 * @param {App} app
 * @param {NonNullable<Opened>} opened
 */
export async function follow(app, opened) {
  if (opened.kind === "sign_in") return app.nav.reset("Request", { id: opened.request, code: true });
  const { code } = await readCode(opened.text, location.origin);
  if (code) app.nav.reset("Confirm", { code });
  else app.nav.reset("Type", { text: opened.text, check: true });
}
