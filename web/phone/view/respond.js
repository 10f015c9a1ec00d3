// P12: a challenge code in, a response code out, without a network.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { DigitField, halves, spell } from "./field.js";
import { submitted } from "./hook.js";
import { Banner, Button, Copy, Screen, T, Trouble } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * P12.
 * @param {{accounts: {device: string, name: string}[], device: string, challenge: string, response: string,
 *   pin: boolean, typo: boolean, problem: Fault | null, busy: boolean, back: () => void,
 *   copy: (text: string) => Promise<boolean>, onDevice: (device: string) => void,
 *   onChallenge: (digits: string) => void, onGo: () => void}} props
 *   response: empty until there is one; pin: the account has a Keyturn PIN
 */
export function Respond({
  accounts, device, challenge, response, pin, typo, problem, busy, back, copy, onDevice, onChallenge, onGo,
}) {
  const go = submitted(() => {
    if (!busy) onGo();
  });
  const acts = html`<${Button} k="respond.get" type="submit" kind=${response ? "wide" : "main wide"} busy=${busy}
    busyKey="respond.work" />`;
  return html`<form onSubmit=${go} novalidate><${Screen} name="respond" k="respond.title" back=${back} acts=${acts}
    say=${response && t("respond.sr", { digits: spell(response) })}>
    <${T} as="p" class="muted" k="respond.lead" />
    <section class="card snug">
      ${accounts.length > 1 && html`<${Accounts} accounts=${accounts} device=${device} onDevice=${onDevice} />`}
      <${DigitField} id="challenge" k="respond.field" size=${8} value=${challenge} onValue=${onChallenge}
        error=${typo ? { k: "error.challenge_form" } : null} hint=${{ k: "respond.own" }} />
    </section>
    <${Trouble} problem=${problem} />
    ${response && html`<${Answer} response=${response} pin=${pin} copy=${copy} />`}
  <//></form>`;
}

/** @param {{accounts: {device: string, name: string}[], device: string, onDevice: (device: string) => void}} props */
function Accounts({ accounts, device, onDevice }) {
  return html`<div class="field">
    <div class="top"><label for="account" data-t="respond.account">${t("respond.account")}</label></div>
    <select id="account" value=${device} onChange=${(/** @type {any} */ event) => onDevice(event.target.value)}>
      ${accounts.map(({ device: id, name }) => html`<option value=${id} selected=${id === device}>${name}</option>`)}
    </select></div>`;
}

/** @param {{response: string, pin: boolean, copy: (text: string) => Promise<boolean>}} props */
function Answer({ response, pin, copy }) {
  return html`<section class="card snug" id="answer">
    <${T} as="h2" class="over" k="respond.resp" />
    <div class="tile"><span class="digits" id="response" role="img" aria-label=${spell(response)}>
      ${halves(response)}</span></div>
    <p class="pair"><${T} k="respond.type" /><${Copy} k="page.copy" text=${response} copy=${copy} /></p>
    <${Banner} kind="warn" icon="warning" say=${{ k: "respond.never" }} />
    ${pin && html`<${T} as="p" class="small muted" k="respond.pin" />`}
  </section>`;
}
