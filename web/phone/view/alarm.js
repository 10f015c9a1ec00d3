// P17: whether the new phone is to be paused, or the recovery codes end, for which the
// unlock is asked.

import { html } from "../vendor/preact.js";
import { Banner, Button, Screen, Slow, T, Trouble } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * P17.
 * @param {{codes?: boolean, phone: string, account: string, busy: string, problem: Fault | null,
 *   back: () => void, onPause: () => void, onReport: () => void}} props
 */
export function Alarm({ codes = false, phone, account, busy, problem, back, onPause, onReport }) {
  const go = codes ? "alarm.codes.go" : "alarm.pause";
  const acts = html`<${Button} k=${go} kind="main wide" icon="lock" busy=${busy === "pause"} busyKey="alarm.work"
    onPress=${busy ? () => {} : onPause} />
    <${Button} k="alarm.report" kind="wide" busy=${busy === "report"} busyKey="alarm.work"
      onPress=${busy ? () => {} : onReport} />`;
  return html`<${Screen} name="alarm" k="alarm.title" back=${back} acts=${acts}>
    <${T} as="p" class="lead" k=${codes ? "alarm.codes.ask" : "alarm.ask"} v=${{ phone }} />
    <p class="muted">${account}</p>
    <${Banner} kind="info" icon="info" say=${codes ? { k: "alarm.codes.how" } : { k: "alarm.how", v: { phone } }} />
    <${Trouble} problem=${problem} />
    <${Slow} busy=${busy !== ""} />
  <//>`;
}
