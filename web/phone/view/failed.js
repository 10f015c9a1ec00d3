// In the place of a screen that isn't there: why, and what helps.

import { html } from "../vendor/preact.js";
import { Button, Screen, Status, Trouble } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * Why a screen is missing, with a button that tries again.
 * @param {{problem: Fault, back?: () => void, onAgain: () => void}} props
 */
export function Failed({ problem, back, onAgain }) {
  return html`<${Screen} name="failed" k="page.bad.title" back=${back}
    acts=${html`<${Button} k="page.again" kind="main wide" onPress=${onAgain} />`}>
    <${Trouble} problem=${problem} />
  <//>`;
}

/** While what the phone keeps is being opened, and that takes long. */
export function Opening() {
  return html`<${Screen} name="opening" k="app.name" class="middle">
    <${Status} say=${{ k: "page.opening" }} dots=${true} /><//>`;
}
