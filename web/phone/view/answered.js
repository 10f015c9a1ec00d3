// P10: how a request ended, in words and with an icon.

import { html, useEffect, useState } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { useGuard } from "./hook.js";
import { Button, Result, Screen, Slow, T, Turned } from "./part.js";
import { Sheet } from "./sheet.js";

const AWAY = 4000; // milliseconds until an approval leaves by itself

/**
 * @typedef {object} Props
 * @property {"approved" | "denied" | "reported" | "expired" | "cancelled" | "replaced" | "elsewhere" | "failed"
 *   | "unsent" | "unsure" | "gone" | "update" | "missing" | "stale"} outcome
 * @property {boolean} signIn    it was a sign-in, not a change
 * @property {string} [by]       the phone that answered
 * @property {boolean} [own]      this phone has the same name: its answer got through, and the reply was lost
 * @property {boolean} [onPhone]  the browser that asked is one of a phone, perhaps of this one
 * @property {boolean} [stay]    don't leave by itself
 * @property {boolean} [busy]
 * @property {() => void} onDone
 * @property {() => void} [onAgain]  send the same answer again
 * @property {() => void} [onSee]    the request that replaced it
 * @property {() => void} [onScan]   another QR code
 */

/** @type {Record<Props["outcome"], {icon: string, kind: string}>} */
const LOOKS = {
  approved: { icon: "tick", kind: "ok-ink" },
  denied: { icon: "cross", kind: "" },
  reported: { icon: "block", kind: "bad-ink" },
  expired: { icon: "clock", kind: "warn-ink" },
  cancelled: { icon: "cross", kind: "" },
  replaced: { icon: "flip", kind: "" },
  elsewhere: { icon: "phone", kind: "" },
  failed: { icon: "cross", kind: "bad-ink" },
  unsent: { icon: "warning", kind: "warn-ink" },
  unsure: { icon: "warning", kind: "warn-ink" },
  gone: { icon: "clock", kind: "" },
  update: { icon: "warning", kind: "warn-ink" },
  missing: { icon: "scan", kind: "warn-ink" },
  stale: { icon: "scan", kind: "warn-ink" },
};

/** @param {Props} props @returns {[string, string]} keys of title and sentence */
function words({ outcome, signIn, by, own, onPhone }) {
  if (outcome === "elsewhere") {
    return [by ? "answered.elsewhere" : "answered.elsewhere.unknown", by && own ? "answered.elsewhere.own" : ""];
  }
  if (outcome === "approved") {
    return [signIn ? "answered.approved" : "answered.approved.other",
      onPhone ? "answered.approved.phone" : "answered.approved.body"];
  }
  if (outcome === "denied" || outcome === "cancelled") {
    return ["answered." + outcome, signIn ? "answered.denied.body" : "answered.denied.other"];
  }
  if (outcome === "replaced" || outcome === "gone") return ["answered." + outcome, ""];
  if (outcome === "update") return ["answered.failed", "request.update"];
  return ["answered." + outcome, `answered.${outcome}.body`];
}

/** P10. Taps count a moment after the outcome has come or changed. @param {Props} props */
export function Answered(props) {
  const { outcome, by = "", stay = false, busy = false, onDone, onAgain, onSee, onScan } = props;
  const ready = useGuard(outcome);
  const [mistake, setMistake] = useState(false);
  const [title, body] = words(props);
  const { icon, kind } = LOOKS[outcome];
  useEffect(() => leaveSoon(outcome === "approved" && !stay && !mistake, onDone), [outcome, stay, mistake]);
  const press = (/** @type {(() => void) | undefined} */ act) => () => ready && act?.();
  const acts = html`
    ${onAgain && html`<${Button} k=${outcome === "unsure" ? "page.check" : "page.again"} kind="main wide" busy=${busy}
      onPress=${press(onAgain)} />`}
    ${onSee && html`<${Button} k="answered.replaced.see" kind="main wide" onPress=${press(onSee)} />`}
    ${onScan && html`<${Button} k="answered.scan" kind="main wide" icon="scan" onPress=${press(onScan)} />`}
    <${Button} k="answered.done" kind=${onAgain || onSee || onScan ? "wide" : "main wide"} onPress=${press(onDone)} />
    ${outcome === "approved" && html`<${Button} k="request.deny.notme" kind="link wide"
      onPress=${press(() => setMistake(true))} />`}`;
  const mark = outcome === "approved"
    ? html`<${Turned} kind="huge turning" />`
    : html`<${Result} icon=${icon} kind=${kind} />`;
  return html`<${Screen} name="answered" k=${title} v=${{ phone: by }} acts=${acts} mark=${mark} class="middle"
    data-outcome=${outcome} data-guard=${ready ? undefined : "on"}
    say=${outcome === "approved" || outcome === "denied" ? t(title, { phone: by }) : ""}>
    ${body && html`<${T} as="p" class="center muted" k=${body}
      role=${["approved", "denied"].includes(outcome) ? undefined : "alert"} />`}
    <${Slow} busy=${busy} />
    ${mistake && html`<${Mistake} onClose=${() => setMistake(false)} />`}
  <//>`;
}

/** An approval can't be taken back here: where it can be reported. @param {{onClose: () => void}} props */
function Mistake({ onClose }) {
  return html`<${Sheet} k="answered.mistake" onClose=${onClose}>
    <${T} as="p" k="answered.mistake.body" />
    <a class="btn main wide" data-t="answered.mistake.go" href="/" target="_blank" rel="noopener">
      ${t("answered.mistake.go")}</a>
    <${Button} k="page.close" kind="wide" onPress=${onClose} />
  <//>`;
}

/**
 * Leaves after a while, unless somebody touches the screen before.
 * @param {boolean} wanted
 * @param {() => void} leave
 */
function leaveSoon(wanted, leave) {
  if (!wanted) return undefined;
  const timer = setTimeout(leave, AWAY);
  const stop = () => clearTimeout(timer);
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, stop, { once: true });
  return stop;
}
