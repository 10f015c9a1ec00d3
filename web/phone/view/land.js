// P0: what a browser shows that isn't the phone app yet, or can't be.

import { html, useContext } from "../vendor/preact.js";
import { minutes } from "../lib/clock.js";
import { LANGUAGES, language, t } from "../lib/words.js";
import { spell } from "./field.js";
import { Banner, Button, Copy, Guide, Icon, Private, Screen, Shell, T } from "./part.js";

/**
 * @typedef {object} Landing
 * @property {"ios" | "android" | "app" | "desk" | "have" | "nope"} kind
 * @property {string} [service]
 * @property {string} host
 * @property {string} link        of this page, with the code
 * @property {string} [code]      in four groups; empty if the page was opened without
 * @property {number} [seconds]   for which the code is good; Infinity: not known
 * @property {boolean} [dead]     the code can't be looked at
 * @property {boolean} [oldos]    too old for notifications
 * @property {boolean} [top]      the Share button is at the top right
 * @property {boolean[][] | null} [qr]
 *   the page's address, for the phone's camera; null: it can't be drawn, none: not yet
 * @property {"" | "offers" | "done"} [offer]  the browser offers to install, or has done so
 * @property {boolean} [demo]     this window may play a phone
 * @property {() => void} [install]
 * @property {() => void} [use]   go on without installing
 * @property {() => void} [onSetUp]  Keyturn isn't on this phone yet, or this is a phone
 * @property {(text: string) => Promise<boolean>} copy
 */

const TILE = new URL("../shared/icons/icon.svg", import.meta.url).pathname;
const TITLES = { ios: "land.ios.title", android: "land.and.title", app: "land.app.title", desk: "land.desk.title",
  have: "land.have.title", nope: "land.nope.title" };
const BODIES = { ios: Apple, android: Android, app: InApp, desk: Desk, have: Have, nope: Nope };

/** P0. @param {Landing} props */
export function Land(props) {
  const { kind, service, host } = props;
  return html`<${Screen} name="land" k=${TITLES[kind]} mark=${html`<img class="tileicon" src=${TILE} alt="" />`}
    tools=${html`<${Others} />`} data-kind=${kind}>
    ${kind !== "desk" && html`<p class="muted" data-t="land.for">
      ${service ? t("land.for", { service, host }) : host}</p>`}
    <div class="stack"><${Private} /><${BODIES[kind]} ...${props} /></div>
  <//>`;
}

/** The other languages, for whoever can't read this one. */
function Others() {
  const { speak } = useContext(Shell);
  const others = Object.entries(LANGUAGES).filter(([code]) => code !== language());
  return others.map(([code, name]) => html`<button type="button" class="btn quiet small" lang=${code}
    onClick=${() => speak(code)}><span>${name}</span></button>`);
}

/** @param {Landing} props */
function Apple(props) {
  return html`<ol class="steps">
      <li><${Icon} name="share" /><${T} k=${props.top ? "land.ios.1.top" : "land.ios.1"} /></li>
      <li><${Icon} name="add" /><${T} k="land.ios.2" /></li>
      <li><${Icon} name="key" /><${T} k="land.ios.3" /></li>
      ${props.code && html`<li><${Icon} name="scan" /><${T} k="land.ios.4" /></li>`}
    </ol>
    <${Code} ...${props} note="land.ios.paste" />
    ${props.oldos && html`<${Banner} kind="warn" icon="bell-off" say=${{ k: "land.oldos" }} />`}
    <${T} as="p" class="small muted" k="land.ios.why" />
    <p><${Guide} slug="activate-iphone-qr" k="page.guide" /></p>`;
}

/** @param {Landing} props */
function Android(props) {
  if (props.offer === "done") return html`<${Banner} kind="ok" icon="tick" role="status"
    say=${{ k: "land.and.done" }} /><${Code} ...${props} />`;
  return html`<${T} as="p" k="land.and.note" />
    ${props.offer === "offers" ? html`<${Button} k="land.and.go" kind="main wide" onPress=${props.install} />`
      : html`<${Banner} icon="more" say=${{ k: "land.and.manual" }} />`}
    <${Button} k="land.and.skip" kind="wide" onPress=${props.use} />
    <${T} as="p" class="small muted" k="land.and.skip.warn" />
    <${Code} ...${props} />
    <p><${Guide} slug="activate-android-qr" k="page.guide" /></p>`;
}

/** @param {Landing} props */
function InApp(props) {
  return html`<${T} as="p" k="land.app.body" />
    <${Banner} kind="warn" icon="warning" say=${{ k: "land.app.why" }} />
    <${Copy} k="land.copylink" text=${props.link} copy=${props.copy} kind="main wide" />
    <${Code} ...${props} />`;
}

/** @param {Landing} props */
function Desk({ host, qr, demo, use, onSetUp }) {
  return html`<${T} as="p" k="land.desk.body" v=${{ host }} />
    ${qr !== null && html`<${Squares} rows=${qr} />`}
    ${demo && html`<${Button} k="land.desk.use" kind="main wide" onPress=${use} />
      <${T} as="p" class="small muted" k="land.desk.use.note" />`}
    <${Button} k="land.desk.phone" kind="link" onPress=${onSetUp} />`;
}

/**
 * A QR code: black on white in every theme, with a margin of 4. Its address stands above it, and its place is kept, so
 * that no button moves.
 * @param {{rows?: boolean[][]}} props
 */
function Squares({ rows = [] }) {
  const side = rows.length;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return html`<div class="qr squares" aria-hidden="true">
    <svg viewBox=${`-4 -4 ${side + 8} ${side + 8}`} shape-rendering="crispEdges"><path d=${path} /></svg></div>`;
}

/** A camera opens a browser, never the app of an iPhone's home screen. @param {Landing} props */
function Have({ onSetUp }) {
  return html`<${T} as="p" k="land.have" />
    <${Button} k="land.have.not" kind="link" onPress=${onSetUp} />`;
}

function Nope() {
  return html`<${T} as="p" k="land.nope" /><${T} as="p" class="muted" k="land.nope.private" />`;
}

/** The code that the page was opened with, to be carried into the app. @param {Landing & {note?: string}} props */
function Code({ code, seconds = Infinity, dead, note, copy }) {
  if (dead) return html`<${Banner} kind="warn" icon="clock" say=${{ k: "land.dead" }} />`;
  if (!code) return null;
  return html`<section class="card snug stack">
    <p class="label" data-t="land.code">${t("land.code")}</p>
    <p class="well"><span class="code" lang="en" role="img" aria-label=${spell(code)}>
      ${code.split("-").map((group, i) => html`<span>${group}${i < 3 ? "-" : ""}</span>`)}</span></p>
    <${Copy} k="land.copycode" text=${code} copy=${copy} kind="wide" />
    ${note && html`<${T} as="p" class="small muted" k=${note} />`}
    ${seconds < Infinity && html`<${T} as="p" class="small"
      ...${seconds > 60 ? { k: "land.left", v: { count: Math.ceil(seconds / 60) } }
      : { k: "confirm.left", v: { left: minutes(seconds) } }} />`}
  </section>`;
}
