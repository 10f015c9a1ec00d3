// P4: what was scanned, named, before anything is used up. The scan is not the consent.

import { html, useState } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Field } from "./field.js";
import { counted, submitted, useLeft } from "./hook.js";
import { Banner, Button, Icon, Private, Result, Screen, Slow, Status, T, Trouble } from "./part.js";
import { Rows } from "./rows.js";
import { minutes } from "../lib/clock.js";

/** @typedef {import("./part.js").Fault} Fault */
/** @typedef {import("./part.js").Say} Say */

/**
 * @typedef {object} Made  what the server says of a code; empty rows are left out
 * @property {string} service
 * @property {string} host
 * @property {string} account
 * @property {string} computer
 * @property {string} place
 * @property {string} time
 * @property {number} ends   milliseconds of this phone's clock
 * @property {string} [replaces]  name of the phone that ends
 */

/**
 * P4. The name of the phone is checked here, before onGo.
 * @param {{made: Made | null, name: string, fixedName?: boolean, here?: boolean,
 *   problem: Fault | null, retry?: boolean, busy: boolean, back: () => void,
 *   onGo: (name: string) => void, onNotMe: () => void, onDone: () => void, onAgain: () => void}} props
 *   made: null while the server is asked; here: that account is on this phone already; retry: asking again may help
 */
export function Confirm({
  made, name: first, here = false, problem, retry = false, busy, back, onGo, onNotMe, onDone, onAgain,
}) {
  const [name, setName] = useState(first);
  const [error, setError] = useState(/** @type {Say | null} */ (null));
  const seconds = useLeft(made?.ends ?? 0);
  const go = submitted(() => {
    const given = name.trim();
    const wrong = !given ? { k: "confirm.name.empty" } : [...given].length > 40 ? { k: "confirm.name.long" } : null;
    setError(wrong);
    if (!wrong && !busy) onGo(given);
  });
  const acts = here || (problem && !made)
    ? html`${retry && html`<${Button} k="page.again" kind="main wide" onPress=${onAgain} />`}
      <${Button} k="page.done" kind=${retry ? "wide" : "main wide"} onPress=${onDone} />`
    : made && html`<${Button} k="confirm.go" type="submit" kind="main wide" busy=${busy} />
      <${Button} k="confirm.notme" kind="wide" onPress=${onNotMe} />`;
  return html`<form onSubmit=${go} novalidate>
    <${Screen} name="confirm" k=${problem && !made ? "page.bad.title" : "confirm.title"} back=${back} acts=${acts}
      say=${counted("confirm.left", seconds)}>
    <${Private} />
    ${made ? html`<${Details} made=${made} />` : !problem && html`<${Grey} />`}
    ${here && html`<${Banner} icon="info" role="alert"
      say=${{ k: "confirm.here", v: { account: made?.account ?? "" } }} />`}
    ${made && !here && html`
      <${Field} id="phone-name" k="confirm.name" value=${name} onValue=${setName} error=${error}
        hint=${{ k: "confirm.name.hint" }} enterkeyhint="done" />
      <${T} as="p" k="confirm.what" />
      ${made.replaces && html`<${T} as="p" k="confirm.move" v=${{ old: made.replaces }} />`}
      <${T} as="p" class="small muted" k="confirm.root" />
      <${Banner} kind="warn" icon="warning" say=${{ k: "confirm.only" }} />
      ${seconds <= 60 && html`<${Status} icon="clock" kind="warn" counting=${true}
        say=${{ k: "confirm.left", v: { left: minutes(seconds) } }} />`}`}
    <${Trouble} problem=${problem} />
    <${Slow} busy=${busy || (!made && !problem)} />
  <//></form>`;
}

/** @param {{made: Made}} props */
function Details({ made }) {
  const { service, host, account, computer, place, time } = made;
  return html`<section class="card snug">
    <div class="who"><${Icon} name="key" />
      <div><p class="lead">${service}</p><p class="small muted" lang="en">${host}</p></div></div>
    <${Rows} rows=${[["confirm.account", account], ["confirm.computer", computer],
      ["confirm.place", place && t("page.near.short", { place }), place && t("page.place.from")],
      ["confirm.time", time]]} />
  </section>`;
}

/** A card of the same size while the server is asked. */
function Grey() {
  return html`<section class="card snug grey" aria-hidden="true"><i /><i /><i /><i /></section>
    <${Status} say=${{ k: "confirm.busy" }} dots=${true} />`;
}

/** "This isn't me": nothing was used up. @param {{onDone: () => void}} props */
export function NotMe({ onDone }) {
  return html`<${Screen} name="notme" k="confirm.notme"
    acts=${html`<${Button} k="page.done" kind="main wide" onPress=${onDone} />`}
    mark=${html`<${Result} icon="block" />`} class="middle"><${T} as="p" class="muted" k="confirm.notme.ok" /><//>`;
}
