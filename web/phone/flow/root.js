// The screen on show, with the menu around it.

import { html } from "../vendor/preact.js";
import { Add, First, Recover } from "../view/first.js";
import { NotMe } from "../view/confirm.js";
import { Shell } from "../view/part.js";
import { Help, Menu } from "../view/sheet.js";
import { left } from "../lib/clock.js";
import { AccountFlow, LockedFlow, RemoveFlow } from "./account.js";
import { CodeFlow, DoneFlow, EndFlow, ResumeFlow } from "./check.js";
import { ScanFlow, TypeFlow } from "./enter.js";
import { HomeFlow } from "./home.js";
import { LandFlow } from "./land.js";
import { RequestFlow } from "./request.js";
import { SettingsFlow } from "./settings.js";
import { ConfirmFlow, UnlockFlow } from "./setup.js";

/** @typedef {import("./app.js").App} App */

/** @type {Record<string, (props: any) => any>} */
const FLOWS = {
  root: RootFlow, scan: ScanFlow, type: TypeFlow, confirm: ConfirmFlow, unlock: UnlockFlow, resume: ResumeFlow, code: CodeFlow, active: DoneFlow,
  gone: EndFlow, request: RequestFlow, account: AccountFlow, remove: RemoveFlow, locked: LockedFlow, settings: SettingsFlow,
  notme: ({ app }) => html`<${NotMe} onDone=${() => app.nav.home()} />`,
  recover: ({ app }) => html`<${Recover} back=${() => app.nav.back()} onScan=${() => app.nav.go("scan")} onType=${() => app.nav.go("type")} />`,
};

/** @param {{app: App}} props */
export function Root({ app }) {
  const { name, props, key } = app.nav.top;
  const close = () => app.open("");
  const shell = { menu: () => app.open("menu"), offline: app.offline, speak: (/** @type {string} */ language) => app.set({ language }) };
  return html`<${Shell.Provider} value=${shell}>
    <${FLOWS[name]} key=${key} app=${app} entry=${app.nav.top} ...${props} />
    ${app.sheet === "menu" && html`<${Menu} onClose=${close} onHelp=${() => app.open("help")} onLanguage=${shell.speak}
      onSettings=${app.landing ? undefined : () => app.nav.go("settings")} onCheck=${app.phone?.accounts().length ? () => check(app) : undefined} />`}
    ${app.sheet === "help" && html`<${Help} onClose=${close} />`}
    ${app.sheet === "add" && html`<${Add} onClose=${close} onScan=${() => app.nav.go("scan")} onType=${() => app.nav.go("type")} />`}
  <//>`;
}

/** Landing page, first open, or home. @param {{app: App}} props */
function RootFlow({ app }) {
  const { landing, phone, nav, opened } = app;
  if (landing || !phone) return html`<${LandFlow} app=${app} landing=${landing ?? { kind: "nope", code: "", ends: 0, dead: false }} />`;
  if (phone.accounts().length || phone.unfinished().length) return html`<${HomeFlow} app=${app} />`;
  const found = opened && left(opened.ends) > 0 ? opened : null;
  return html`<${First} note=${app.note} offline=${app.offline} opened=${found !== null} onScan=${() => nav.go("scan")} onType=${() => nav.go("type")}
    onBefore=${() => nav.go("recover")} onContinue=${() => nav.go("confirm", { code: found?.code })} />`;
}

/** Pull to refresh, without pulling. @param {App} app */
async function check(app) {
  await app.phone?.check();
  app.note = { k: app.offline ? "page.offline" : "home.pull" };
  app.draw();
}
