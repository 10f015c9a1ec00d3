// P9b, and every other act that wants the Keyturn PIN: what it is for stays in sight.

import { html, useState } from "../vendor/preact.js";
import { PinField } from "./field.js";
import { submitted, useGuard } from "./hook.js";
import { Button, Screen, Slow, Trouble } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * Asks for the PIN. What was typed is gone as soon as it is sent.
 * @param {{name: string, k: string, lead: string, sub: string, left: number | null,
 *   problem: Fault | null, busy: boolean, go: string, work: string, back: () => void,
 *   onGo: (pin: string) => void}} props
 *   left: tries left after a wrong PIN; go, work: keys of the button
 */
export function EnterPin({ name, k, lead, sub, left, problem, busy, go, work, back, onGo }) {
  const [pin, setPin] = useState("");
  const [missing, setMissing] = useState(false);
  const ready = useGuard(`${left}`);
  const wrong = left === null ? null : { k: "request.unlock.wrong", v: { count: left } };
  const error = missing ? { k: "unlock.empty" } : wrong;
  const submit = submitted(() => {
    if (busy || !ready) return;
    setMissing(!pin);
    if (pin) onGo(pin);
    setPin("");
  });
  return html`<form onSubmit=${submit} novalidate>
    <${Screen} name=${name} k=${k} back=${back} focus=${false} data-guard=${ready ? undefined : "on"}
    acts=${html`<${Button} k=${go} type="submit" kind="main wide" busy=${busy} busyKey=${work} />`}>
    <div><p class="lead">${lead}</p><p class="muted">${sub}</p></div>
    <div class="card snug">
      <${PinField} id="pin" k="request.unlock.pin" value=${pin} onValue=${setPin} error=${error} focus=${true} /></div>
    <${Trouble} problem=${problem} />
    <${Slow} busy=${busy} />
  <//></form>`;
}

