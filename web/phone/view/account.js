// P13, P17 and P18: one account of this phone, active, paused, locked or gone.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Banner, Button, Guide, Icon, Screen, Slow, T, Trouble } from "./part.js";
import { Rows } from "./rows.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * @typedef {object} Shown
 * @property {string} name
 * @property {string} service
 * @property {string} host
 * @property {string} phoneName
 * @property {"pin" | "platform"} unlock
 * @property {string} added
 * @property {string} until   end of the first 24 hours; else empty
 * @property {boolean} installed  not a window of a browser
 */

/**
 * P13.
 * @param {{account: Shown, asking: boolean, busy: boolean, problem: Fault | null, back: () => void,
 *   recent?: any, onRespond: () => void, onRemove: () => void, onKeep: () => void, onGo: () => void}} props
 *   asking: whether to remove it; recent: what it was asked lately
 */
export function Account({ account, recent, asking, busy, problem, back, onRespond, onRemove, onKeep, onGo }) {
  const { name, service, host, phoneName, unlock, added, until, installed } = account;
  return html`<${Screen} name="account" k="account.title" back=${back}>
    <section class="card snug">
      <div class="who"><span class="badge" aria-hidden="true">${([...name][0] ?? "").toUpperCase()}</span>
        <div><p class="lead">${name}</p><p class="small muted">${service}</p></div></div>
      <${Rows} rows=${[["account.state", t("account.active")], ["account.server", host], ["account.phone", phoneName],
        ["account.unlock", t("account.unlock." + unlock)], ["account.added", added],
        ["account.runs", t(installed ? "account.runs.app" : "account.runs.browser"),
          t(installed ? "account.runs.app.note" : "account.runs.browser.note")]]} />
    </section>
    ${until && html`<${Banner} icon="clock" say=${{ k: "account.first24", v: { time: until } }} />`}
    <${Trouble} problem=${problem} />
    <${Slow} busy=${busy} />
    <p><${Button} k="home.chal" kind="wide" icon="keyboard" onPress=${onRespond} /></p>
    <p><${Button} k="account.remove" kind="wide" icon="bin" busy=${busy} busyKey="account.remove.work"
      onPress=${onRemove} /></p>
    ${recent}
    <${T} as="p" class="small muted" k="account.activity" />
    ${asking && html`<${Sheet} k="account.remove.ask" v=${{ account: name }} onClose=${onKeep}>
      <${T} as="p" k="account.remove.body" />
      <${Button} k="account.remove.keep" kind="main wide" onPress=${onKeep} />
      <${Button} k="account.remove.go" kind="wide" icon="bin" busy=${busy} onPress=${onGo} /><//>`}
  <//>`;
}

/**
 * P17: the account is not this phone's any more, or stands still.
 * @param {{kind: "moved" | "removed" | "paused" | "lost" | "clone" | "unknown", account: string, to: string,
 *   time: string, back: () => void, onAgain?: () => void, onForget: () => void}} props
 *   onAgain: where setting it up again is the usual next step
 */
export function Gone({ kind, account, to, time, back, onAgain, onForget }) {
  const stays = kind === "lost" || kind === "paused"; // it can still raise an alarm, or come back
  const body = kind === "removed" && !time ? "gone.removed.untimed" : `gone.${kind}.body`;
  return html`<${Screen} name="gone" k=${`gone.${kind}.title`} v=${{ account, to }} back=${back} data-kind=${kind}
    acts=${html`${onAgain && html`<${Button} k="gone.again" kind="main wide" onPress=${onAgain} />`}
      ${stays && html`<${Button} k="page.done" kind="main wide" onPress=${back} />`}
      <${Button} k="gone.remove" kind=${onAgain || stays ? "wide" : "main wide"} icon="bin" onPress=${onForget} />`}>
    <div class=${kind === "moved" ? "hero" : "hero still"}><${Icon} name=${kind === "moved" ? "move" : "block"} /></div>
    <${T} as="p" k=${body} v=${{ account, to, time }} />
    ${kind !== "clone" && html`<${Banner} kind="warn" icon="warning" say=${{ k: "gone.desk" }} />`}
  <//>`;
}

/** P18. @param {{accounts: string, back: () => void, onAgain: () => void, onForget: () => void}} props */
export function Locked({ accounts, back, onAgain, onForget }) {
  const acts = html`<${Button} k="locked.again" kind="main wide" onPress=${onAgain} />
    <${Button} k="locked.remove" kind="wide" icon="bin" onPress=${onForget} />`;
  return html`<${Screen} name="locked" k="locked.title" v=${{ accounts }} back=${back} acts=${acts}>
    <div class="hero bad-ink"><${Icon} name="lock" /></div>
    <${T} as="p" role="alert" k="locked.body" />
    <p class="center"><${Guide} slug="recover" k="page.guide" /></p>
  <//>`;
}
