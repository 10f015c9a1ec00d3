// P8: one thing that happened, and whether it was the person.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Button, Icon, Reference, Slow, T, Trouble } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */
/** @typedef {import("./part.js").Say} Say */

/**
 * The card of one notice, with its two answers.
 * @param {{id: string, say: Say, time: string, reference: string, account: string, busy: string,
 *   problem: Fault | null, onYes: () => void, onNo: () => void}} props
 *   account: empty where there is only one
 */
export function NoticeCard({ id, say, time, reference, account, busy, problem, onYes, onNo }) {
  return html`<section class="card snug notice" data-notice=${id} role="group" aria-label=${t("notice.title")}>
    <p class="head"><b><${Icon} name="lock" kind="little" /> <${T} k="notice.title" /></b>
      <span class="muted">${time}</span></p>
    <${T} as="p" class="lead" ...${say} />
    ${account && html`<p class="small"><${Icon} name="key" kind="little" /> ${account}</p>`}
    <${Reference} reference=${reference} />
    <${Trouble} problem=${problem} />
    <${Slow} busy=${busy !== ""} />
    <div class="pair">
      <${Button} k="notice.yes" kind="wide" busy=${busy === "seen"} onPress=${busy ? () => {} : onYes} />
      <${Button} k="notice.no" kind="wide" busy=${busy === "alarm"} onPress=${busy ? () => {} : onNo} /></div>
  </section>`;
}
