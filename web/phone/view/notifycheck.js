// P15: does a notification get through? Each row says how it is and what helps.

import { html } from "../vendor/preact.js";
import { Button, Guide, Icon, Screen, T } from "./part.js";

/** @typedef {import("./part.js").Say} Say */

/**
 * How a row looks: fine, in work, for the person to know, or to be put right.
 * @type {Record<string, [string, string]>}
 */
const LOOKS = { ok: ["tick", "ok-ink"], wait: ["clock", ""], info: ["info", ""], bad: ["warning", "warn-ink"] };

/**
 * One thing that has to be right. fix: what helps, in words; act: what helps, as a button.
 * @typedef {{name: string, look: "ok" | "wait" | "info" | "bad", say: Say, fix?: string[],
 *   act?: {k: string, go: () => void}}} Check
 */

/**
 * P15.
 * @param {{checks: Check[], asking: boolean, hints: string[], urgent: boolean, busy: boolean, again: boolean,
 *   say: string, back: () => void, onSeen: (seen: boolean) => void, onAgain: () => void}} props
 *   asking: whether it appeared; urgent: it didn't, so the hints matter now
 */
export function NotifyCheck({ checks, asking, hints, urgent, busy, again, say, back, onSeen, onAgain }) {
  const acts = again && html`<${Button} k="notify.again" kind="wide" icon="bell" busy=${busy} onPress=${onAgain} />`;
  return html`<${Screen} name="notify-check" k="notify.check" back=${back} acts=${acts} say=${say}>
    <ul class="facts card snug">${checks.map((check) => html`<${Row} key=${check.name} check=${check} />`)}
      ${asking && html`<li><${Icon} name="help" /><div class="stack"><${T} as="p" k="notify.seen" />
        <p class="pair"><${Button} k="notify.seen.yes" kind="small" onPress=${() => onSeen(true)} />
          <${Button} k="notify.seen.no" kind="small" onPress=${() => onSeen(false)} /></p></div></li>`}
    </ul>
    ${hints.length > 0 && html`<section>
      <${T} as="h2" class="over" k=${urgent ? "notify.hints.urgent" : "notify.hints"} />
      <ul class="facts card snug">
        ${hints.map((k) => html`<li><${Icon} name="info" /><${T} k=${k} /></li>`)}</ul></section>`}
    <p><${Guide} slug="notifications" k="page.guide" /></p>
  <//>`;
}

/** @param {{check: Check}} props */
function Row({ check: { name, look, say, fix = [], act } }) {
  const [icon, kind] = LOOKS[look];
  return html`<li data-check=${name} data-look=${look}><${Icon} name=${icon} kind=${kind} />
    <div><${T} as="p" ...${say} />${fix.map((k) => html`<${T} as="p" class="small muted" k=${k} />`)}
      ${act && html`<p><${Button} k=${act.k} kind="small" onPress=${act.go} /></p>`}</div></li>`;
}
