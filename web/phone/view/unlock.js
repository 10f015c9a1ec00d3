// P5: how this phone will be unlocked: a new PIN, the phone's own unlock, or the
// one that its other accounts have. The button at the bottom redeems the code.

import { html, useState } from "../vendor/preact.js";
import { pinProblem } from "../lib/pinrules.js";
import { PinField } from "./field.js";
import { submitted, useSent } from "./hook.js";
import { Button, Guide, Icon, Screen, Slow, T, Trouble } from "./part.js";
import { t } from "../lib/words.js";

/** @typedef {import("./part.js").Fault} Fault */
/** @typedef {import("./part.js").Say} Say */

/**
 * @typedef {object} Props
 * @property {string} account
 * @property {string} service
 * @property {{min: number, max: number}} pin
 * @property {boolean} apple
 * @property {Fault | null} problem
 * @property {boolean} again      it isn't known whether it worked: the button asks again
 * @property {boolean} busy
 * @property {() => void} back
 * @property {(pin?: string) => void} onGo
 * @property {() => void} [onOther]  the other kind of unlock, if there is one
 */

/**
 * What a person reads about a PIN that won't do.
 * @param {string} reason
 * @param {{min: number, max: number}} pin
 * @returns {Say}
 */
export function pinSay(reason, pin) {
  return { k: ["short", "long", "chars"].includes(reason) ? "unlock." + reason : "unlock.weak." + reason, v: pin };
}

/** How to choose one. It opens where it stands, so that what was typed stays too. */
export function PinGuide() {
  const rules = ["unlock.guide.how", "unlock.guide.not", "unlock.guide.other", "unlock.guide.lost"];
  return html`<details class="small"><summary data-t="unlock.guide">${t("unlock.guide")}</summary>
    <ul class="plain">${rules.map((k) => html`<li><${T} k=${k} /></li>`)}</ul>
    <${Guide} slug="pin" k="page.guide" /></details>`;
}

/** P5a. @param {Props} props */
export function NewPin({ account, service, pin: rules, problem, again, busy, back, onGo, onOther }) {
  const [pin, setPin] = useState("");
  const [twice, setTwice] = useState("");
  const [shown, setShown] = useState(false);
  const [letters, setLetters] = useState(false);
  const [gone, setGone] = useState(/** @type {string[]} */ ([])); // fields that were left, so that errors wait for it
  const reason = pinProblem(pin, rules, account);
  const weak = gone.includes("pin") && reason ? pinSay(reason, rules) : null;
  const same = pin.normalize("NFKC") === twice.normalize("NFKC");
  const differ = gone.includes("again") && !reason && !same ? { k: "unlock.differ" } : null;
  const leave = (/** @type {string} */ field, /** @type {string} */ value) => value && setGone([...gone, field]);
  const go = submitted(() => {
    setGone(["pin", "again"]);
    if (reason || !same) document.getElementById(reason ? "pin" : "pin-again")?.focus();
    else if (!busy) onGo(pin);
  });
  const acts = html`<${Go} again=${again} busy=${busy} />
    ${onOther && html`<${Button} k="unlock.other" kind="link wide" onPress=${onOther} />`}`;
  return html`<form onSubmit=${go} novalidate>
    <${Screen} name="unlock" k="unlock.new.title" back=${back} acts=${acts} focus=${false} data-kind="new">
    <${Who} account=${account} service=${service} />
    <${T} as="p" k="unlock.new.lead" />
    <div class="card snug stack">
      <${PinField} id="pin" k="unlock.new.pin" value=${pin} onValue=${setPin} error=${weak}
        hint=${{ k: "unlock.new.hint", v: rules }} shown=${shown} onShown=${() => setShown(!shown)} letters=${letters}
        onLetters=${setLetters} onBlur=${() => leave("pin", pin)} focus=${true} />
      <${PinField} id="pin-again" k="unlock.new.again" value=${twice} onValue=${setTwice} error=${differ} shown=${shown}
        letters=${letters} onBlur=${() => leave("again", twice)} />
    </div>
    <${After} problem=${problem} busy=${busy} />
    <${PinGuide} />
  <//></form>`;
}

/** P5b. @param {Props} props */
export function PhoneUnlock({ account, service, apple, problem, again, busy, back, onGo, onOther }) {
  const acts = html`<${Go} k="unlock.phone.go" again=${again} busy=${busy} onPress=${() => onGo()} />
    ${onOther && html`<${Button} k="unlock.phone.pin" kind="link wide" onPress=${onOther} />`}`;
  return html`<${Screen} name="unlock" k="unlock.phone.title" back=${back} acts=${acts} data-kind="phone">
    <${Who} account=${account} service=${service} />
    <div class="hero"><${Icon} name="lock" /></div>
    <${T} as="p" class="center" k=${apple ? "unlock.phone.body" : "unlock.phone.body.other"} />
    <${After} problem=${problem} busy=${busy} look=${true} />
  <//>`;
}

/** P5c. @param {Props & {platform: boolean}} props  platform: the existing unlock is the phone's own */
export function Existing({ account, service, platform, problem, again, busy, back, onGo }) {
  const [pin, setPin] = useState("");
  const [error, setError] = useState(/** @type {Say | null} */ (null));
  const go = submitted(() => {
    const missing = !platform && !pin;
    setError(missing ? { k: "unlock.empty" } : null);
    if (busy || missing) return;
    send();
    onGo(platform ? undefined : pin);
  });
  const send = useSent(pin, setPin, again ? null : problem); // kept only where the same is sent again
  return html`<form onSubmit=${go} novalidate>
    <${Screen} name="unlock" k="unlock.existing.title" back=${back} focus=${platform} data-kind="existing"
      acts=${html`<${Go} k=${platform ? "unlock.phone.go" : "unlock.go"} again=${again} busy=${busy} />`}>
    <${Who} account=${account} service=${service} />
    ${platform
      ? html`<div class="hero"><${Icon} name="lock" /></div><${T} as="p" class="center" k="unlock.existing.body" />`
      : html`<div class="card snug">
        <${PinField} id="pin" k="unlock.existing.pin" value=${pin} onValue=${setPin} error=${error}
          focus=${true} /></div>
        <${T} as="p" class="muted" k="unlock.existing.one" />`}
    <${After} problem=${problem} busy=${busy} look=${platform} />
  <//></form>`;
}

/**
 * The PIN once more, after the app was closed in the middle.
 * @param {{account: string, service: string, problem: Fault | null, busy: boolean, onGo: (pin: string) => void,
 *   onCancel: () => void, back: () => void}} props
 */
export function Resume({ account, service, problem, busy, onGo, onCancel, back }) {
  const [pin, setPin] = useState("");
  const go = submitted(() => {
    if (!busy && pin) onGo(pin);
    setPin("");
  });
  return html`<form onSubmit=${go} novalidate>
    <${Screen} name="resume" k="unlock.resume.title" back=${back} focus=${false}
    acts=${html`<${Button} k="unlock.resume.go" type="submit" kind="main wide" busy=${busy} busyKey="unlock.work" />
      <${Button} k="code.cancel" kind="wide" onPress=${onCancel} />`}>
    <${Who} account=${account} service=${service} />
    <${T} as="p" k="unlock.resume.body" />
    <div class="card snug">
      <${PinField} id="pin" k="unlock.existing.pin" value=${pin} onValue=${setPin} focus=${true} /></div>
    <${After} problem=${problem} busy=${busy} />
  <//></form>`;
}

/** @param {{account: string, service: string}} props */
function Who({ account, service }) {
  return html`<p class="who small"><${Icon} name="key" kind="little" /><span><b>${account}</b> · ${service}</span></p>`;
}

/** The button that redeems. @param {{k?: string, again: boolean, busy: boolean, onPress?: () => void}} props */
function Go({ k = "unlock.go", again, busy, onPress }) {
  return html`<${Button} k=${again ? "page.check" : k} type=${onPress ? "button" : "submit"} kind="main wide"
    busy=${busy} busyKey="unlock.work" onPress=${onPress} />`;
}

/**
 * What came of it, and what to look for while it takes long.
 * @param {{problem: Fault | null, busy: boolean, look?: boolean}} props
 */
function After({ problem, busy, look = false }) {
  if (!busy) return html`<${Trouble} problem=${problem} />`;
  return look ? html`<${Slow} busy=${true} after=${3000} k="unlock.phone.look" />` : html`<${Slow} busy=${true} />`;
}
