// P9 and P11: one request: who asks, what for, from where; then the number; then the
// buttons. Everything shown is what this phone signs.

import { html, useEffect, useState } from "../vendor/preact.js";
import { dayTime } from "../lib/clock.js";
import { meant } from "../lib/protocol.js";
import { browserName, language, list, t } from "../lib/words.js";
import { DigitField } from "./field.js";
import { announced, submitted, useGuard, useLeft } from "./hook.js";
import { Banner, Button, Screen, Slow, Status, T, Trouble } from "./part.js";
import { Rows } from "./rows.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("./part.js").Fault} Fault */
/** @typedef {import("../lib/protocol.js").Challenge} Challenge */

/**
 * @typedef {object} Props
 * @property {string} id
 * @property {Challenge} challenge
 * @property {string} host
 * @property {string} time
 * @property {number} ends            milliseconds of this phone's clock
 * @property {string} number          as typed so far
 * @property {boolean} asksNumber
 * @property {{k: string, v?: Record<string, number>} | null} wrong  about the number
 * @property {Fault | null} problem
 * @property {"" | "approve" | "deny" | "report"} busy
 * @property {{n: number, all: number}} which
 * @property {boolean} [scanned]      its QR code was read by this app's camera
 * @property {boolean} [offline]
 * @property {() => void} [onOffline]  to the challenge code
 * @property {() => void} back
 * @property {() => void} onNext      to the next of several
 * @property {(number: string) => void} onNumber
 * @property {() => void} onApprove
 * @property {() => void} onDeny
 * @property {() => void} onReport
 */

/** P9a and P11. Taps count a moment after the request has come or changed. @param {Props} props */
export function Request(props) {
  const { id, challenge, ends, which, scanned, busy, problem, back, onApprove, onDeny, onReport, onNext } = props;
  const [asking, setAsking] = useState(false);
  const ready = useGuard(`${id} ${problem?.k ?? ""}`);
  const seconds = useLeft(ends);
  const signIn = challenge.action === "sign_in";
  useEffect(() => setAsking(false), [id]);
  const press = (/** @type {() => void} */ act) => () => ready && !busy && act();
  const acts = html`
    <${Button} k=${!signIn ? "request.approve.other" : scanned ? "scanned.go" : "request.approve"} type="submit"
      kind="main wide" busy=${busy === "approve"} busyKey="request.sending" />
    <${Button} k="request.deny" kind="wide" busy=${busy === "deny" || busy === "report"}
      busyKey=${busy === "report" ? "request.reporting" : "request.denying"}
      onPress=${press(() => setAsking(true))} />`;
  const submit = submitted(() => {
    press(onApprove)();
  });
  return html`<form onSubmit=${submit} novalidate>
    <${Screen} name="request" k=${!signIn ? "request.title.other" : scanned ? "scanned.title" : "request.title"}
      back=${back} acts=${acts} data-guard=${ready ? undefined : "on"} data-request=${id}
      data-scanned=${scanned ? "yes" : undefined} say=${spoken(props, seconds)} key=${id}>
    <div role="status">
      ${which.all > 1 && html`<${Banner} kind="warn" icon="warning"
        say=${{ k: "home.several", v: { count: which.all } }}>
        <p class="pair small"><${T} k="request.which" v=${which} />
          <${Button} k="request.next" kind="small" onPress=${onNext} /></p><//>`}</div>
    ${scanned && html`<${Banner} kind="warn" icon="warning" say=${{ k: "scanned.only" }} />`}
    <${Details} ...${props} />
    ${props.offline && props.onOffline && html`<${Banner} kind="warn" icon="globe" say=${{ k: "request.offline" }}>
      <p><${Button} k="respond.title" kind="small" onPress=${props.onOffline} /></p><//>`}
    <${Trouble} problem=${problem} />
    ${props.asksNumber && html`<${Number6} ...${props} />`}
    ${seconds <= 30 && html`<${Status} icon="clock" kind="warn" counting=${true}
      say=${{ k: "request.left", v: { count: seconds } }} />
      <${T} as="p" class="small muted" k="request.more.how" />`}
    <${Slow} busy=${busy !== ""} />
    ${asking && html`<${Ask} onClose=${() => setAsking(false)} onReport=${onReport} onDeny=${onDeny} />`}
  <//></form>`;
}

/** Who, what, where. @param {Props} props */
function Details({ challenge, host, time }) {
  const { app, name, browser, ip, place } = challenge;
  return html`<section class="card snug">
    <div class="who"><div><p class="lead">${app}</p><p class="small muted" lang="en">${host}</p></div></div>
    <${Rows} rows=${[["request.account", name], ["request.action", asked(challenge), addedOf(challenge)],
      ["request.browser", browserName(browser)], ["request.ip", ip],
      ["request.place", place && t("page.near.short", { place }), place && t("page.place.from")],
      ["request.time", time]]} />
    ${!browser && html`<${T} as="p" class="small muted" k="request.gateway" v=${{ gateway: app }} />`}
  </section>`;
}

/** What is asked. @param {Challenge} challenge */
const asked = (challenge) => t("request.action." + challenge.action, { message: meant(challenge).name });

/** When the named phone was added: anybody in a session may have chosen its name. @param {Challenge} challenge */
function addedOf(challenge) {
  const { added } = meant(challenge);
  return added ? t("request.phone.added", { date: dayTime(added, language()) }) : "";
}

/** The number, which the person carries here. @param {Props} props */
function Number6({ number, wrong, onNumber }) {
  return html`<section class="card snug">
    <${DigitField} id="number" k="request.num" value=${number} onValue=${onNumber} error=${wrong}
      hint=${{ k: "request.num.own" }} />
    <${T} as="p" class="small muted" k="request.num.hint" /></section>`;
}

/**
 * Back is nothing; the other two end the request, without the unlock.
 * @param {{onClose: () => void, onReport: () => void, onDeny: () => void}} props
 */
function Ask({ onClose, onReport, onDeny }) {
  return html`<${Sheet} k="request.deny.ask" onClose=${onClose}>
    <${Button} k="request.deny.notme" kind="wide" icon="block" onPress=${() => (onClose(), onReport())} />
    <${Button} k="request.deny.mind" kind="wide" onPress=${() => (onClose(), onDeny())} />
    <${Button} k="request.deny.back" kind="link wide" onPress=${onClose} />
  <//>`;
}

/** @param {Props} props @param {number} seconds */
function spoken({ challenge, asksNumber, scanned }, seconds) {
  const mark = announced(seconds, [30, 10]);
  if (mark) return t("request.left", { count: mark });
  const { name: account, action, app, browser, place } = challenge;
  if (action !== "sign_in") {
    const what = [asked(challenge), addedOf(challenge)].filter(Boolean).join(", ");
    return t("request.sr.other", { app, account, action: what });
  }
  const where = list([browserName(browser), place && t("page.near.short", { place })].filter(Boolean));
  const sentence = t("request.sr", { app, account, where });
  return [scanned && t("scanned.only"), sentence, asksNumber && t("request.sr.num")].filter(Boolean).join(" ");
}

/** While the server is asked. @param {{back: () => void}} props */
export function Loading({ back }) {
  return html`<${Screen} name="loading" k="request.title" back=${back}>
    <section class="card snug grey" aria-hidden="true"><i /><i /><i /><i /><i /></section>
    <${Status} say=${{ k: "request.loading" }} dots=${true} /><//>`;
}
