// P5d: six digits that this phone and the server share, and nobody else. They are
// carried to the computer, never told to anyone.

import { html, useState } from "../vendor/preact.js";
import { minutes } from "../lib/clock.js";
import { t } from "../lib/words.js";
import { spell } from "./field.js";
import { counted, useLeft } from "./hook.js";
import { Banner, Button, Copy, Guide, Reference, Result, Screen, Status, T } from "./part.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * P5d.
 * @param {{check: string, ends: number, left?: number, asking: boolean, copy: (text: string) => Promise<boolean>,
 *   onAsk: (asking: boolean) => void, onStop: () => void}} props
 *   left: tries on the computer, after wrong digits; asking: whether to stop
 */
export function CheckCode({ check, ends, left = 0, asking, copy, onAsk, onStop }) {
  const [noask, setNoask] = useState(false);
  const seconds = useLeft(ends);
  const warn = { k: "code.warn", v: { left: minutes(seconds) } };
  const acts = html`<${Button} k="code.cancel" kind="wide" onPress=${() => onAsk(true)} />`;
  return html`<${Screen} name="code" k="code.title" acts=${acts} class="middle" say=${counted(warn.k, seconds)}>
    <div class="tile six">
      <span class="digits" id="check-code" role="img" aria-label=${`${t("code.name")}: ${spell(check)}`}
        data-digits=${check}>
      <span>${check.slice(0, 3)}</span> <span>${check.slice(3)}</span></span></div>
    <${Copy} k="page.copy" text=${check} copy=${copy} />
    ${left > 0 && html`<${Banner} kind="bad" icon="warning" role="alert"
      say=${{ k: "code.err", v: { count: left } }} />`}
    <${T} as="p" k="code.where" />
    <${Banner} kind="warn" icon="warning" say=${{ k: "code.never" }} />
    ${seconds <= 60
      ? html`<${Status} icon="clock" kind="warn" counting=${true} say=${warn} />`
      : html`<${Status} say=${{ k: "code.wait" }} dots=${true} />`}
    <div><${Button} k="code.noask" kind="link" aria-expanded=${noask} onPress=${() => setNoask(!noask)} />
      ${noask && html`<${T} as="p" class="muted" role="status" k="code.noask.body" />`}</div>
    ${asking && html`<${Sheet} k="code.stop.title" onClose=${() => onAsk(false)}>
      <${T} as="p" k="code.stop.body" />
      <${Button} k="code.stop.keep" kind="main wide" onPress=${() => onAsk(false)} />
      <${Button} k="code.stop.go" kind="wide" onPress=${onStop} /><//>`}
  <//>`;
}

/**
 * The set-up ended without an account.
 * @param {{cause: string, problem?: Fault | null, onAgain: () => void, onDone: () => void}} props
 */
export function CheckGone({ cause, problem, onAgain, onDone }) {
  const k = ["digits", "time", "newer", "proof"].includes(cause) ? "code.gone." + cause : "code.gone";
  const acts = html`<${Button} k="code.again" kind="main wide" onPress=${onAgain} />
    <${Button} k="page.done" kind="wide" onPress=${onDone} />`;
  return html`<${Screen} name="gone" k="code.gone.title" acts=${acts}
    mark=${html`<${Result} icon="cross" kind="bad-ink" />`} class="middle" data-cause=${cause}>
    ${problem?.k && k === "code.gone" && html`<${T} as="p" role="alert" k=${problem.k} v=${problem.v} />`}
    <${T} as="p" role="alert" class="muted" k=${k} />
    <${Reference} reference=${problem?.reference} />
    <p><${Guide} slug=${problem?.guide ?? "activation-errors#unlock"} /></p>
  <//>`;
}
