// P2: the scanner, before it may look, while it looks, and when it can't. The
// other way, typing, is on every one of its faces.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Banner, Button, Guide, Icon, Round, Screen, Status, T } from "./part.js";

/** @typedef {import("./part.js").Fault} Fault */

/**
 * @typedef {object} Scanning
 * @property {"ask" | "starting" | "scanning" | "found" | "denied" | "busy" | "none" | "black" | "stopped"} state
 * @property {"" | "slow" | "dark" | "stuck"} [hint]  after 5 and after 12 seconds; dark: the phone's light would help
 * @property {Fault | null} [problem]        what was read and isn't for here
 * @property {boolean} [reading]             a photo is being looked at, which can take seconds
 * @property {number} [cameras]
 * @property {boolean | null} [torch]        null: there is none
 * @property {{current: any}} [video]
 * @property {"android" | "ios" | "other"} system
 * @property {boolean} [browser]  the app runs in a window of a browser
 * @property {() => void} back
 * @property {() => void} onStart
 * @property {() => void} onType
 * @property {() => void} onFlip
 * @property {() => void} onLight
 * @property {(photo: Blob) => void} onPhoto
 */

/** P2. @param {Scanning} props */
export function Scan(props) {
  const { state, back, cameras = 0, torch = null, onFlip, onLight } = props;
  const looking = ["starting", "scanning", "found", "black", "stopped"].includes(state);
  const tools = looking && html`
    ${torch !== null && html`<${Round} k=${torch ? "scan.light.off" : "scan.light.on"} icon="light" onPress=${onLight}
      aria-pressed=${torch} />`}
    ${cameras > 1 && html`<${Round} k="scan.flip" icon="flip" onPress=${onFlip} />`}`;
  return html`<${Screen} name="scan" k="scan.title" back=${back} tools=${tools}
    acts=${html`<${Acts} ...${props} looking=${looking} />`} data-state=${state}
    say=${state === "scanning" ? t("scan.sr") : ""}>
    ${looking ? html`<${Finder} ...${props} />` : html`<${Reason} ...${props} />`}
  <//>`;
}

/** @param {Scanning} props */
function Finder({ state, hint = "", problem, reading, video, onStart, onLight }) {
  const say = "scan." + (state === "starting" || state === "found" ? state : reading ? "photo.busy" : hint || "frame");
  return html`
    <div class=${"finder " + state} aria-hidden="true"><video ref=${video} playsinline muted /><i /></div>
    ${state === "black" && html`<${Status} say=${{ k: "scan.paused" }} icon="camera" kind="warn" />
      <${Button} k="scan.black" kind="main wide" onPress=${onStart} />`}
    ${state !== "black" && (problem ? html`<${Wrong} problem=${problem} />`
      : html`<${Status} say=${{ k: say }} icon=${state === "found" ? "tick" : "scan"}
        kind=${state === "found" ? "ok" : ""} dots=${state === "starting" || (reading && state !== "found")} />
        ${say === "scan.dark" && html`<${Button} k="scan.light.on" kind="small" icon="light"
          onPress=${onLight} />`}`)}`;
}

/** A code was read that isn't for this app. @param {{problem: Fault}} props */
function Wrong({ problem }) {
  const host = problem.k === "scan.other" ? problem.v?.host : "";
  return html`<${Banner} kind="warn" icon="warning" role="alert" say=${{ k: problem.k, v: problem.v }}>
    ${host && html`<p><a class="btn link" data-t="scan.other.open" href=${`https://${host}/p/`} rel="noreferrer">
      ${t("scan.other.open", { host })}</a></p>`}<//>`;
}

/** @type {Record<string, {icon: string, k: string, more: string[]}>} */
const REASONS = {
  ask: { icon: "camera", k: "scan.need", more: ["scan.ask"] },
  denied: { icon: "block", k: "scan.denied", more: [] },
  busy: { icon: "camera", k: "scan.busy", more: [] },
  none: { icon: "camera", k: "scan.none", more: [] },
};

/** Why nothing is seen yet. @param {Scanning} props */
function Reason({ state, system, browser, problem, reading }) {
  const { icon, k, more } = REASONS[state];
  const ways = state !== "denied" ? [] : [
    system !== "other" && "scan.denied." + system,
    browser && system !== "ios" && "scan.denied.browser",
  ].filter(Boolean);
  return html`<div class="hero"><${Icon} name=${icon} /></div>
    <div class="stack center" role=${state === "ask" ? undefined : "alert"}>
      ${state !== "ask" && html`<${T} as="p" class="lead" k=${k} />`}
      ${more.map((key) => html`<${T} as="p" class="muted" k=${key} />`)}
    </div>
    ${ways.length > 0 && html`<ul class="facts card snug">
      ${ways.map((key) => html`<li><${Icon} name="gear" /><${T} k=${key} /></li>`)}</ul>`}
    ${state === "denied" && html`<p><${Guide} slug="activation-errors#camera" k="page.guide" /></p>`}
    ${reading && html`<${Status} say=${{ k: "scan.photo.busy" }} icon="scan" dots=${true} />`}
    ${problem && html`<${Wrong} problem=${problem} />`}`;
}

/** @param {Scanning & {looking: boolean}} props */
function Acts({ state, looking, onStart, onType, onPhoto }) {
  const chosen = (/** @type {any} */ { target }) => {
    if (target.files[0]) onPhoto(target.files[0]);
    target.value = ""; // the same picture may be tried again
  };
  const photo = html`<label class="btn wide file">${!looking && html`<${Icon} name="photo" />`}<${T} k="scan.photo" />
    <input id="scan-photo" class="sr" type="file" accept="image/*" onChange=${chosen} /></label>`;
  if (looking) return html`<div class="pair"><${Button} k="scan.enter" kind="wide" onPress=${onType} />${photo}</div>`;
  const on = { ask: "scan.on", denied: "scan.denied.done", busy: "page.again", none: "" }[/** @type {"ask"} */ (state)];
  return html`${on && html`<${Button} k=${on} kind="main wide" icon="camera" onPress=${onStart} />`}
    <${Button} k="scan.type" kind=${on ? "wide" : "main wide"} icon="keyboard" onPress=${onType} />
    ${state !== "ask" && photo}`;
}
