// In the place of a screen that isn't there: why, and what helps.

import { html } from "../vendor/preact.js";
import { Button, Screen, Trouble } from "./part.js";

/** @param {{problem: import("./part.js").Fault, back?: () => void, onAgain: () => void}} props */
export function Failed({ problem, back, onAgain }) {
  return html`<${Screen} name="failed" k="page.bad.title" back=${back} acts=${html`<${Button} k="page.again" kind="main wide" onPress=${onAgain} />`}>
    <${Trouble} problem=${problem} />
  <//>`;
}
