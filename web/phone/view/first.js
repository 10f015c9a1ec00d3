// P1: a phone without an account; and the sheet that adds another one.

import { html } from "../vendor/preact.js";
import { Banner, Button, Guide, Icon, Mark, Private, Screen, Status, T } from "./part.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("./part.js").Say} Say */

/**
 * P1.
 * @param {{note?: Say | null, opened: boolean, onScan: () => void, onType: () => void,
 *   onBefore: () => void, onContinue: () => void}} props
 *   opened: a code was opened in the browser before
 */
export function First({ note, opened, onScan, onType, onBefore, onContinue }) {
  const acts = html`
    ${opened && html`<${Button} k="first.continue" kind="main wide" icon="key" onPress=${onContinue} />`}
    <${Button} k="first.scan" kind=${opened ? "wide" : "main wide"} icon="scan" onPress=${onScan} />
    <${Button} k="first.type" kind="wide" onPress=${onType} />
    <${Button} k="first.before" kind="link wide" onPress=${onBefore} />`;
  return html`<${Screen} name="first" k="first.title" acts=${acts}
    mark=${html`<div class="hello"><${Mark} kind="huge" /></div>`} class="middle">
    <${T} as="p" class="muted" k="first.body" />
    <${Private} />
    ${note && html`<${Status} say=${note} />`}
  <//>`;
}

/** The sheet that adds an account. @param {{onClose: () => void, onScan: () => void, onType: () => void}} props */
export function Add({ onClose, onScan, onType }) {
  return html`<${Sheet} k="home.add" onClose=${onClose}>
    <p class="muted"><${T} k="home.add.lead" /></p>
    <${Button} k="home.add.scan" kind="main wide" icon="scan" onPress=${onScan} />
    <${Button} k="home.add.type" kind="wide" icon="keyboard" onPress=${onType} />
    <${Button} k="page.cancel" kind="link wide" onPress=${onClose} />
  <//>`;
}

/**
 * P16: what to do when the keys are gone.
 * @param {{accounts?: string, back: () => void, onScan: () => void, onType: () => void}} props  accounts: whose keys
 */
export function Recover({ accounts = "", back, onScan, onType }) {
  const acts = html`<${Button} k="recover.scan" kind="main wide" icon="scan" onPress=${onScan} />
    <${Button} k="recover.type" kind="wide" onPress=${onType} />`;
  return html`<${Screen} name="recover" k="recover.title" back=${back} acts=${acts}>
    <div class="hero"><${Icon} name="phone" /></div>
    ${accounts && html`<${Banner} kind="warn" icon="warning" role="alert"
      say=${{ k: "recover.lost", v: { accounts } }} />`}
    <${T} as="p" k="recover.body" />
    <p class="center"><${Guide} slug="recover" k="page.guide" /></p>
  <//>`;
}
