// The screen on show, with the menu around it. Most screens load when they are
// first needed, so that the first one is there soon; without a network they come
// from the service worker.

import { html } from "../vendor/preact.js";
import { left } from "../lib/clock.js";
import { loaded } from "../lib/load.js";
import { is } from "../lib/problem.js";
import { speakAll } from "../lib/words.js";
import { Failed, Opening } from "../view/failed.js";
import { Add, First, Recover } from "../view/first.js";
import { Shell } from "../view/part.js";
import { Help, Menu } from "../view/sheet.js";
import { fault } from "./say.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../view/part.js").Fault} Fault */

/** @type {Record<string, () => Promise<any>>} where each screen is: the component of that name plus "Flow" */
const PLACES = {
  Land: () => import("./landing.js"), Home: () => import("./home.js"),
  Scan: () => import("./enter.js"), Type: () => import("./enter.js"),
  Confirm: () => import("./setup.js"), Unlock: () => import("./setup.js"), NotMe: () => import("./setup.js"),
  Resume: () => import("./check.js"), Code: () => import("./check.js"), Active: () => import("./check.js"),
  End: () => import("./check.js"), Request: () => import("./request.js"), Account: () => import("./account.js"),
  Remove: () => import("./account.js"), Locked: () => import("./account.js"), Settings: () => import("./settings.js"),
  Notify: () => import("./notify.js"), NotifyCheck: () => import("./notifycheck.js"),
  Respond: () => import("./respond.js"), Pin: () => import("./pinchange.js"), Alarm: () => import("./alarm.js"),
};

/** @type {Record<string, (props: any) => any>} */
const screens = { First: FirstFlow, Recover: RecoverFlow, Opening, Stuck: StuckFlow };

/**
 * Those that are being loaded, and those that couldn't be: why, and how often.
 * @type {Record<string, {problem?: Fault, times: number}>}
 */
const missing = {};

/** The screen on show, a sheet above it, and what stands around both. @param {{app: App}} props */
export function Root({ app }) {
  const { name, props, key } = app.nav.top;
  const wanted = name === "Root" ? rootOf(app) : name;
  const close = () => app.open("");
  const speak = (/** @type {string} */ language) => app.set({ language });
  const offline = app.offline ? offlineOf(app) : "";
  const shell = { menu: () => app.open("menu"), offline, passing: app.passing, copy: app.copy, speak };
  const screen = screens[wanted];
  if (!screen && !missing[wanted]) load(app, wanted);
  const problem = missing[wanted]?.problem;
  return html`<${Shell.Provider} value=${shell}>
    ${problem && html`<${Failed} problem=${problem} back=${app.nav.stack.length > 1 ? () => app.nav.back() : undefined}
      onAgain=${() => load(app, wanted)} />`}
    ${screen && html`<${screen} key=${wanted + key} app=${app} entry=${app.nav.top} ...${props} />`}
    ${app.sheet === "menu" && html`<${Menu} onClose=${close} onHelp=${() => app.open("help")} onLanguage=${shell.speak}
      onSettings=${["Land", "Stuck", "Opening"].includes(rootOf(app)) ? undefined : () => app.nav.go("Settings")}
      onCheck=${app.phone?.accounts().length ? () => check(app) : undefined} />`}
    ${app.sheet === "help" && html`<${Help} onClose=${close} />`}
    ${app.sheet === "add" && html`<${Add} onClose=${close} onScan=${() => app.nav.go("Scan")}
      onType=${() => app.nav.go("Type")} />`}
  <//>`;
}

/** What is said without a network: what still works, or what doesn't. @param {App} app */
const offlineOf = ({ phone }) =>
  (phone?.accounts().some(({ state }) => state === "active") ? "page.offline" : "first.net");

/** @param {App} app @returns {string} */
function rootOf({ landing, phone, stuck }) {
  if (landing) return "Land";
  if (stuck) return stuck === "opening" ? "Opening" : "Stuck";
  if (phone?.accounts().length || phone?.unfinished().length) return "Home";
  return phone?.unread.size ? "Stuck" : "First";
}

/**
 * The phone's storage can't be read this time. Nothing here may make anybody throw a key away.
 * @param {{app: App}} props
 */
function StuckFlow({ app }) {
  const again = () => {
    app.again().then(() => app.draw(), () => {});
    app.draw();
  };
  return html`<${Failed} problem=${{ k: "error.storage" }} onAgain=${again} />`;
}

/**
 * A browser may keep in mind that a module failed: if it fails again although the
 * server answers, the app starts anew.
 * @param {App} app @param {string} name
 */
async function load(app, name) {
  const { times } = (missing[name] = { times: (missing[name]?.times ?? 0) + 1 });
  app.draw();
  try {
    const [made] = await Promise.all([loaded(PLACES[name]()), loaded(speakAll())]);
    screens[name] = made[name + "Flow"];
    delete missing[name];
  } catch (problem) {
    if (times > 1 && is(problem, "unloaded")) return location.reload();
    missing[name].problem = fault(problem);
  }
  return app.draw();
}

/** P1. @param {{app: App}} props */
function FirstFlow({ app }) {
  const { nav, opened } = app;
  const found = opened && left(opened.ends) > 0 ? opened : null;
  return html`<${First} note=${app.note} opened=${found !== null} onScan=${() => nav.go("Scan")}
    onType=${() => nav.go("Type")} onBefore=${() => nav.go("Recover")}
    onContinue=${() => nav.go("Confirm", { code: found?.code })} />`;
}

/** P16. @param {{app: App, accounts?: string}} props */
function RecoverFlow({ app: { nav }, accounts }) {
  return html`<${Recover} accounts=${accounts} back=${() => nav.back()} onScan=${() => nav.go("Scan")}
    onType=${() => nav.go("Type")} />`;
}

/** Pull to refresh, without pulling. @param {App} app */
async function check(app) {
  await app.phone?.check();
  app.note = { k: app.offline ? offlineOf(app) : "home.pull" };
  app.draw();
}
