// P8: what waits, whose phone this is, and what was.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Banner, Button, Icon, Private, Screen, Status, T } from "./part.js";

/** @typedef {import("./part.js").Say} Say */

/** @typedef {{id: string, title: string, app: string, time: string, from: string, account: string}} Card */
/** @typedef {{id: string, time: string, state: string, app: string, by: string}} Ended */
/** @typedef {{device: string, name: string, service: string, state: string}} Row */

/**
 * @typedef {object} Props
 * @property {Card[]} cards       requests that wait
 * @property {Row[]} accounts
 * @property {Ended[]} ended      requests of before
 * @property {string[]} unfinished  names of accounts whose set-up isn't finished
 * @property {Say | null} [note]  what was just done
 * @property {string} say         told to screen readers
 * @property {boolean} many       several accounts, so that a card says whose it is
 * @property {any} [told]         the cards of notices
 * @property {boolean} [browser]  it is said that the app can be installed
 * @property {"" | "offers" | "done"} [offer]  of the browser, to install it
 * @property {() => void} [onInstall]
 * @property {"" | "off" | "lost"} [push]      what is to be said of notifications
 * @property {() => void} [onPush]
 * @property {"" | "open" | "earlier"} [pin]   what is to be said of the PIN
 * @property {() => void} [onPin]
 * @property {string} [unread]    accounts whose keys can't be read just now
 * @property {() => void} [onAgain]
 * @property {(id: string) => void} onOpen
 * @property {(device: string) => void} onAccount
 * @property {() => void} onResume
 * @property {() => void} onScan
 * @property {() => void} onRespond
 * @property {() => void} onAdd
 */

/** P8. @param {Props} props */
export function Home({
  cards, accounts, ended, unfinished, note, say, many, told, browser = false, offer = "", onInstall, push = "", onPush,
  pin = "", onPin, unread = "", onAgain, onOpen, onAccount, onResume, onScan, onRespond, onAdd,
}) {
  const acts = html`<div class="pair">
    <${Button} k="home.scan" kind=${cards.length ? "wide" : "main wide"} icon="scan" onPress=${onScan} />
    ${accounts.some(({ state }) => state === "active") && html`<${Button} k="home.chal" kind="wide" icon="keyboard"
      onPress=${onRespond} />`}</div>`;
  return html`<${Screen} name="home" k="home.title" bare=${true} tab=${cards.length ? t(cards[0].title) : ""}
    acts=${acts} say=${say}>
    ${note && html`<${Status} say=${note} />`}
    ${unread && html`<${Banner} kind="warn" icon="warning" say=${{ k: "home.unread", v: { accounts: unread } }}>
      <p><${Button} k="page.again" kind="small" onPress=${onAgain} /></p><//>`}
    ${unfinished.map((account) => html`<${Banner} kind="warn" icon="clock"
      say=${{ k: "home.unfinished", v: { account } }}>
      <p><${Button} k="home.unfinished.go" kind="small" onPress=${onResume} /></p><//>`)}
    ${pin && html`<${Banner} kind="warn" icon="key" say=${{ k: "home.pin." + pin }}>
      <p><${Button} k=${`home.pin.${pin}.go`} kind="small" onPress=${onPin} /></p><//>`}
    ${told}
    <section aria-label=${t("home.requests")}>
      ${cards.length > 1 && html`<${Banner} kind="warn" icon="warning"
        say=${{ k: "home.several", v: { count: cards.length } }} />`}
      ${cards.map((card) => html`<${Waiting} key=${card.id} card=${card} many=${many} onOpen=${onOpen} />`)}
      ${!cards.length && html`<div class="empty"><${Icon} name="key" />
        <${T} as="p" class="muted" k="home.none" /></div>`}
    </section>
    <${Private} />
    ${push && html`<${Banner} kind=${push === "lost" ? "warn" : "info"} icon="bell-off"
      say=${{ k: "home.notif." + push }}>
      <p><${Button} k=${`home.notif.${push}.go`} kind="small" onPress=${onPush} /></p><//>`}
    ${browser && html`<${Banner} icon="phone" say=${{ k: offer === "done" ? "land.and.done" : "home.install" }}>
      ${offer === "offers" && html`<p><${Button} k="land.and.go" kind="small" onPress=${onInstall} /></p>`}
      ${!offer && html`<details class="small"><summary data-t="home.install.how">${t("home.install.how")}</summary>
        <${T} as="p" k="land.and.manual" /></details>`}<//>`}
    <section><h2 class="over" data-t="home.accounts">${t("home.accounts")}</h2>
      <div class="list card">
        ${accounts.map((row) => html`<${Account} key=${row.device} row=${row} onAccount=${onAccount} />`)}
        <button type="button" class="row add" data-t="home.add" onClick=${onAdd}>
          <span class="badge"><${Icon} name="plus" /></span><b>${t("home.add")}</b></button></div></section>
    <${Recent} ended=${ended} />
  <//>`;
}

/** What was asked lately and how it ended. @param {{ended: Ended[]}} props */
export function Recent({ ended }) {
  return ended.length > 0 && html`<section><h2 class="over" data-t="home.recent">${t("home.recent")}</h2>
    <div class="list card">${ended.map((row) => html`<${Past} key=${row.id} row=${row} />`)}</div></section>`;
}

/** @param {{card: Card, many: boolean, onOpen: (id: string) => void}} props */
function Waiting({ card, many, onOpen }) {
  return html`<article class="card snug ask" data-request=${card.id}>
    <p class="head"><b data-t=${card.title}>${t(card.title)}</b><span class="muted">${card.time}</span></p>
    <p class="lead">${card.app}</p>
    <p class="muted">${card.from}</p>
    ${many && html`<p class="small"><${Icon} name="key" kind="little" /> ${card.account}</p>`}
    <${Button} k="home.review" kind="main wide" onPress=${() => onOpen(card.id)} />
  </article>`;
}

/** @param {{row: Row, onAccount: (device: string) => void}} props */
function Account({ row, onAccount }) {
  const k = row.state === "active" ? "" : `home.account.${row.state === "pin_locked" ? "locked" : row.state}`;
  return html`<button type="button" class="row" data-account=${row.name} onClick=${() => onAccount(row.device)}>
    <span class="badge" aria-hidden="true">${first(row.name)}</span>
    <span class="grow"><b>${row.name}</b><small>${row.service}</small></span>
    ${k && html`<span class="chip bad-ink"><${Icon} name="warning" kind="little" /><${T} k=${k} /></span>`}
    <${Icon} name="next" /></button>`;
}

/** @type {Record<string, {icon: string, kind: string}>} */
const LOOKS = {
  approved: { icon: "tick", kind: "ok-ink" },
  redeemed: { icon: "tick", kind: "ok-ink" },
  denied: { icon: "cross", kind: "bad-ink" },
  reported: { icon: "block", kind: "bad-ink" },
  failed: { icon: "cross", kind: "bad-ink" },
};

/** @param {{row: Ended}} props */
function Past({ row }) {
  const { icon, kind } = LOOKS[row.state] ?? { icon: "clock", kind: "" };
  const k = "home.state." + (row.state === "redeemed" ? "approved" : row.state);
  return html`<div class="row" data-request=${row.id} data-state=${row.state}><${Icon} name=${icon} kind=${kind} />
    <span class="grow"><${T} k=${k} />
      ${row.by && html` <small data-t="home.by">${t("home.by", { phone: row.by })}</small>`}
      <small>${row.app}</small></span>
    <span class="muted small">${row.time}</span></div>`;
}

/** @param {string} name */
const first = (name) => ([...name][0] ?? "").toUpperCase();
