// P14, "Change PIN": one PIN for all accounts of this phone.

import { html, useState } from "../vendor/preact.js";
import { pinProblem } from "../lib/pinrules.js";
import { list } from "../lib/words.js";
import { PinField } from "./field.js";
import { submitted, useSent } from "./hook.js";
import { Banner, Button, Screen, Slow, T, Trouble } from "./part.js";
import { PinGuide, pinSay } from "./unlock.js";

/** @typedef {import("./part.js").Say} Say */
/** @typedef {import("./part.js").Fault} Fault */

/**
 * @typedef {object} Props
 * @property {string[]} accounts  all that the PIN protects
 * @property {string} earlier     those that still have the PIN of before; else empty
 * @property {{min: number, max: number}} rules
 * @property {boolean} offline
 * @property {number | null} left  tries left after a wrong PIN
 * @property {Fault | null} problem
 * @property {boolean} open       it isn't known whether the PIN was changed
 * @property {boolean} busy
 * @property {() => void} back
 * @property {(pins: {current: string, next: string, earlier?: string}) => void} onGo
 * @property {() => void} onCheck
 * @property {() => void} onForgot
 */

/** P14: a change, catching up with one, or one whose end is not known. @param {Props} props */
export function ChangePin(props) {
  if (props.open) return html`<${Open} ...${props} />`;
  return props.earlier ? html`<${CatchUp} ...${props} />` : html`<${Change} ...${props} />`;
}

/** @param {Props} props */
function Change({ accounts, rules, offline, left, problem, busy, back, onGo, onForgot }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [twice, setTwice] = useState("");
  const [shown, setShown] = useState(false);
  const [letters, setLetters] = useState(false);
  const [gone, setGone] = useState(/** @type {string[]} */ ([])); // fields that were left, so that errors wait for it
  const same = (/** @type {string} */ a, /** @type {string} */ b) => a.normalize("NFKC") === b.normalize("NFKC");
  const reason = accounts.map((account) => pinProblem(next, rules, account)).find(Boolean);
  const weak = reason ? pinSay(reason, rules) : same(current, next) ? { k: "pin.same" } : null;
  const differ = !weak && !same(next, twice) ? { k: "unlock.differ" } : null;
  const missing = current ? null : { k: "unlock.empty" };
  const leave = (/** @type {string} */ field, /** @type {string} */ value) => value && setGone([...gone, field]);
  const go = submitted(() => {
    const slip = missing || weak || differ;
    setGone(slip ? ["current", "next", "again"] : []);
    if (busy || slip) return;
    send();
    onGo({ current, next });
  });
  // The PIN that was wrong is typed again; the new one stays.
  const send = useSent(current, setCurrent, problem ?? left);
  const wrong = left === null ? null : { k: "request.unlock.wrong", v: { count: left } };
  return html`<form onSubmit=${go} novalidate>
    <${Screen} name="pin" k="pin.title" back=${back} focus=${false} data-kind="change"
      acts=${html`<${Go} k="pin.go" busy=${busy} />`}>
    <${T} as="p" k="pin.lead" v=${{ accounts: list(accounts) }} />
    ${offline && html`<${Banner} kind="warn" icon="globe" say=${{ k: "pin.offline" }} />`}
    <div class="card snug stack">
      <${PinField} id="pin-current" k="pin.current" value=${current} onValue=${setCurrent} focus=${true}
        error=${(gone.includes("current") && missing) || wrong} />
      <${PinField} id="pin" k="pin.new" value=${next} onValue=${setNext} hint=${{ k: "unlock.new.hint", v: rules }}
        error=${gone.includes("next") ? weak : null} shown=${shown} onShown=${() => setShown(!shown)} letters=${letters}
        onLetters=${setLetters} onBlur=${() => leave("next", next)} />
      <${PinField} id="pin-again" k="pin.again" value=${twice} onValue=${setTwice}
        error=${gone.includes("again") ? differ : null} shown=${shown} letters=${letters}
        onBlur=${() => leave("again", twice)} />
    </div>
    <${After} problem=${problem} busy=${busy} />
    <${Button} k="settings.forgot" kind="link" onPress=${onForgot} />
    <${PinGuide} />
  <//></form>`;
}

/** An account was paused while the PIN was changed: it is given that of the others. @param {Props} props */
function CatchUp({ earlier: account, offline, left, problem, busy, back, onGo, onForgot }) {
  const [earlier, setEarlier] = useState("");
  const [current, setCurrent] = useState("");
  const [asked, setAsked] = useState(false);
  const go = submitted(() => {
    setAsked(!earlier || !current);
    if (busy || !earlier || !current) return;
    sends.forEach((send) => send());
    onGo({ current, earlier, next: current });
  });
  const sends = [useSent(earlier, setEarlier, problem ?? left), useSent(current, setCurrent, problem ?? left)];
  const missing = (/** @type {string} */ value) => (asked && !value ? { k: "unlock.empty" } : null);
  const wrong = left === null ? null : { k: "pin.earlier.wrong", v: { count: left } };
  return html`<form onSubmit=${go} novalidate>
    <${Screen} name="pin" k="pin.earlier.title" back=${back} focus=${false} data-kind="earlier"
      acts=${html`<${Go} k="pin.earlier.go" busy=${busy} />`}>
    <${T} as="p" k="pin.earlier.lead" v=${{ account }} />
    ${offline && html`<${Banner} kind="warn" icon="globe" say=${{ k: "pin.offline" }} />`}
    <div class="card snug stack">
      <${PinField} id="pin-earlier" k="pin.earlier.old" value=${earlier} onValue=${setEarlier}
        error=${missing(earlier) ?? wrong} focus=${true} />
      <${PinField} id="pin-current" k="pin.current" value=${current} onValue=${setCurrent} error=${missing(current)} />
    </div>
    <${After} problem=${problem} busy=${busy} />
    <${Button} k="settings.forgot" kind="link" onPress=${onForgot} />
  <//></form>`;
}

/** A change was cut off, and the server hasn't said yet what became of it. @param {Props} props */
function Open({ problem, busy, back, onCheck }) {
  return html`<${Screen} name="pin" k="pin.open.title" back=${back} data-kind="open"
    acts=${html`<${Button} k="page.check" kind="main wide" busy=${busy} onPress=${onCheck} />`}>
    <${Banner} kind="warn" icon="clock" role="alert" say=${{ k: "pin.open.body" }} />
    <${After} problem=${problem} busy=${busy} />
  <//>`;
}

/** @param {{k: string, busy: boolean}} props */
const Go = ({ k, busy }) => html`<${Button} k=${k} type="submit" kind="main wide" busy=${busy} busyKey="pin.work" />`;

/** @param {{problem: Fault | null, busy: boolean}} props */
function After({ problem, busy }) {
  return busy ? html`<${Slow} busy=${true} />` : html`<${Trouble} problem=${problem} />`;
}
