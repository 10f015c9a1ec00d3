// P6: whether the person wants notifications. Both answers are as good.

import { html } from "../vendor/preact.js";
import { Button, Result, Screen, Status, T, Trouble } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * P6.
 * @param {{step: "ask" | "asking" | "test" | "denied" | "lost", problem: Fault | null,
 *   back?: () => void, onGo: () => void, onLater: () => void, onCheck: () => void, onDone: () => void}} props
 *   asking: the browser's own question is open
 */
export function Notify({ step, problem, back, onGo, onLater, onCheck, onDone }) {
  const busy = step === "asking" || step === "test";
  const ended = step === "denied" || step === "lost";
  const acts = ended
    ? html`<${Button} k="notify.continue" kind="main wide" onPress=${onDone} />
      ${step === "lost" && html`<${Button} k="notify.check" kind="wide" onPress=${onCheck} />`}`
    : html`<${Button} k="notify.on" kind="main wide" icon="bell" busy=${busy} onPress=${onGo} />
      <${Button} k="notify.later" kind="wide" onPress=${onLater} />`;
  return html`<${Screen} name="notify" k="notify.title" back=${back} acts=${acts}
    mark=${html`<${Result} icon=${step === "denied" ? "bell-off" : "bell"} />`} class="middle" data-step=${step}>
    <${T} as="p" class="muted" k="notify.body" />
    ${busy && html`<${Status} dots=${true} say=${{ k: step === "test" ? "notify.test" : "notify.asking" }} />`}
    ${ended && html`<${Status} icon=${step === "denied" ? "bell-off" : "info"} say=${{ k: "notify." + step }} />`}
    <${Trouble} problem=${problem} />
  <//>`;
}
