// Every screen and state by name, in the language that is spoken when this module is
// loaded, with the sample data of the user experience:
// Mei Chen, Harbor Lane, auth.example.com, 2026-11-23 14:05.

import { html } from "../vendor/preact.js";
import { browserName, language, list, t } from "../lib/words.js";
import { Account, Gone, Locked } from "../view/account.js";
import { Active } from "../view/active.js";
import { Alarm } from "../view/alarm.js";
import { Answered } from "../view/answered.js";
import { CheckCode, CheckGone } from "../view/code.js";
import { Confirm, NotMe } from "../view/confirm.js";
import { Failed, Opening } from "../view/failed.js";
import { Add, First, Recover } from "../view/first.js";
import { Home, Recent } from "../view/home.js";
import { Land } from "../view/land.js";
import { NoticeCard } from "../view/notice.js";
import { Notify } from "../view/notify.js";
import { NotifyCheck } from "../view/notifycheck.js";
import { EnterPin } from "../view/pin.js";
import { ChangePin } from "../view/pinchange.js";
import { Loading, Request } from "../view/request.js";
import { Respond } from "../view/respond.js";
import { Scan } from "../view/scan.js";
import { Settings } from "../view/settings.js";
import { Help, Menu } from "../view/sheet.js";
import { Type } from "../view/type.js";
import { Existing, NewPin, PhoneUnlock, Resume } from "../view/unlock.js";

const no = () => {};
const copy = async () => true;
/** No code: the squares of one. */
const SQUARES = Array.from({ length: 25 },
  (_, y) => Array.from({ length: 25 }, (_, x) => (x * 7 + y * 11 + x * y) % 3 === 0));
const soon = (/** @type {number} */ seconds) => Date.now() + seconds * 1000;
const zh = () => language() === "zh-Hans";
const host = "auth.example.com";
const service = () => (zh() ? "港湾里" : "Harbor Lane");
const portal = zh() ? "港湾里门户" : "Harbor Lane Portal";
const iphone = zh() ? "Mei 的 iPhone" : "Mei's iPhone";
const place = () => (zh() ? "杭州" : "Hangzhou, China");
const browser = "Chrome on Windows";
const reference = "7K3M9QXA";

const land = (/** @type {any} */ props) => () => html`<${Land} service=${service()} host=${host}
  link=${`https://${host}/p/`} copy=${copy} install=${no} use=${no} onSetUp=${no} ...${props} />`;
const code = { code: "7KQM-2XVT-9HRW-4DG8", seconds: 540 };
const scan = (/** @type {any} */ props) => () => html`<${Scan} system="android" back=${no} onStart=${no} onType=${no}
  onFlip=${no} onLight=${no} onPhoto=${no} cameras=${2} torch=${false} ...${props} />`;
const type = (/** @type {any} */ props) => () => html`<${Type} error=${null} problem=${null} busy=${false} back=${no}
  onText=${no} onGo=${no} onScan=${no} paste=${copy} ...${props} />`;
const made = () =>
  ({ service: service(), host, account: "mei.chen", computer: browserName(browser), place: place(), time: "14:05",
    ends: soon(500) });
const confirm = (/** @type {any} */ props) => () => html`<${Confirm} made=${made()} name=${t("confirm.phone.android")}
  problem=${null} busy=${false} back=${no} onGo=${no} onNotMe=${no} onDone=${no} onAgain=${no} ...${props} />`;
const unlock = (/** @type {any} */ View, /** @type {any} */ props) => () => html`<${View} account="mei.chen"
  service=${service()} pin=${{ min: 4, max: 6 }} apple=${true} problem=${null} again=${false} busy=${false} back=${no}
  onGo=${no} onOther=${no} onCancel=${no} ...${props} />`;
const cards = (/** @type {number} */ n) => ["req_1", "req_2", "req_3"].slice(0, n)
  .map((id, i) => ({ id, title: "home.req", app: portal,
  time: "14:0" + (5 - i), from: `${browserName(browser)} · ${place()}`, account: i ? "harbor.shop" : "mei.chen" }));
const accounts = [{ device: "dev_1", name: "mei.chen", service: service(), state: "active" },
  { device: "dev_2", name: "harbor.shop", service: service(), state: "active" }];
const ended = [{ id: "req_8", time: "14:05", state: "redeemed", app: portal, by: "" },
  { id: "req_9", time: "09:31", state: "denied", app: portal, by: iphone }];
const home = (/** @type {any} */ props) => () => html`<${Home} cards=${[]} accounts=${accounts} ended=${[]}
  unfinished=${[]} say="" many=${true} onOpen=${no} onAccount=${no} onResume=${no} onScan=${no} onRespond=${no}
  onAdd=${no} ...${typeof props === "function" ? props() : props} />`;
const toldOf = () => ({ phone: t("confirm.phone.android"), from: iphone, place: place(), time: "14:05", left: 7 });
const told = (/** @type {string} */ kind, /** @type {any} */ props = {}) => html`<${NoticeCard} id="41"
  say=${{ k: "notice." + kind, v: toldOf() }} time="14:05" reference=${reference} account="" busy="" problem=${null}
  onYes=${no} onNo=${no} ...${props} />`;
const KINDS = ["phone_added.near", "phone_moved", "phone_removed", "phone_paused", "phone_locked", "phone_renamed",
  "phone_muted", "phones_stopped", "clone_suspected", "recovery_used", "recovery_failed", "recovery_off",
  "recovery_new", "password_changed", "reported", "reported.portal", "alarm", "other"];
const notices = () => KINDS.map((kind) => told(kind));
const alarm = (/** @type {any} */ props) => () => html`<${Alarm} phone=${t("confirm.phone.android")} account="mei.chen"
  busy="" problem=${null} back=${no} onPause=${no} onReport=${no} ...${props} />`;
const challenge = () =>
  ({ app: portal, name: "mei.chen", action: "sign_in", message: "", browser, ip: "203.0.113.7", place: place(),
    carry: "number" });
const request = (/** @type {any} */ props, /** @type {any} */ asked = {}) => () => html`<${Request} id="req_1"
  challenge=${{ ...challenge(), ...asked }} host=${host} time="14:05" ends=${soon(props.left ?? 97)} number=""
  asksNumber=${true} wrong=${null} problem=${null} busy="" which=${{ n: 1, all: 1 }} back=${no} onNext=${no}
  onNumber=${no} onApprove=${no} onDeny=${no} onReport=${no} ...${props} />`;
const pin = (/** @type {any} */ props) => () => html`<${EnterPin} name="request-unlock" k="request.unlock.title"
  lead=${portal} sub="mei.chen" left=${null} problem=${null} busy=${false} go="request.approve" work="request.sending"
  back=${no} onGo=${no} ...${props} />`;
const change = (/** @type {any} */ props) => () => html`<${ChangePin} accounts=${["mei.chen", "harbor.shop"]} earlier=""
  rules=${{ min: 4, max: 6 }} offline=${false} left=${null} problem=${null} open=${false} busy=${false} back=${no}
  onGo=${no} onCheck=${no} onForgot=${no} ...${props} />`;
const answered = (/** @type {any} */ props) => () => html`<${Answered} signIn=${true} stay=${true} onDone=${no}
  ...${props} />`;
const own = () => ({ name: "mei.chen", service: service(), host, phoneName: t("confirm.phone.android"), unlock: "pin",
  added: "2026-11-23 14:05", until: "", installed: true });
const account = (/** @type {any} */ props) => () => html`<${Account} account=${{ ...own(), ...props.row }}
  recent=${html`<${Recent} ended=${props.ended ?? []} />`} asking=${false} busy=${false} problem=${null} back=${no}
  onRespond=${no} onRemove=${no} onKeep=${no} onGo=${no} ...${props} />`;
const gone = (/** @type {any} */ props) => () => html`<${Gone} account="mei.chen" to=${iphone} time="14:05" back=${no}
  onForget=${no} ...${props} />`;
const settings = (/** @type {any} */ props) => () => html`<${Settings} language="" theme="" unlock="pin"
  moretime=${false} service=${service()} host=${host} version="9c0e41d2a57b3f60"
  update=${{ server: "0.1.0", step: "", problem: null, look: no }} resetting=${false} diagnostics="" copy=${copy}
  onDiagnose=${no} push=${{ state: "on", on: true }} onPush=${no} onCheck=${no} back=${no} onLanguage=${no}
  onTheme=${no} onMoretime=${no} onPin=${no} onForgot=${no} onReset=${no} onGo=${no} ...${props} />`;
const notify = (/** @type {any} */ props) => () => html`<${Notify} step="ask" problem=${null} onGo=${no} onLater=${no}
  onCheck=${no} onDone=${no} ...${props} />`;
const row =
  (/** @type {string} */ name, /** @type {string} */ look, /** @type {string} */ k, /** @type {any} */ more = {}) =>
    ({ name, look, say: { k, v: { count: 3 } }, ...more });
const well = [row("install", "ok", "notify.install.ok"), row("net", "ok", "notify.net.ok"),
  row("perm", "ok", "notify.perm.ok"), row("sub", "ok", "notify.sub.ok")];
const hints = ["notify.hint.style", "notify.hint.focus", "notify.hint.batt", "notify.hint.cn"];
const notifies = (/** @type {any} */ props) => () => html`<${NotifyCheck} checks=${well} asking=${false} hints=${hints}
  urgent=${false} busy=${false} again=${true} say="" back=${no} onSeen=${no} onAgain=${no} ...${props} />`;
const respond = (/** @type {any} */ props) => () => html`<${Respond}
  accounts=${[{ device: "dev_1", name: "mei.chen" }, { device: "dev_2", name: "harbor.shop" }]} device="dev_1"
  challenge="" response="" pin=${true} typo=${false} problem=${null} busy=${false} back=${no} copy=${async () => true}
  onDevice=${no} onChallenge=${no} onGo=${no} ...${props} />`;
const over = (/** @type {any} */ sheet) => () => html`${home({ cards: [] })()}${sheet}`;

/** @type {Record<string, () => any>} */
export const SAMPLES = {
  "land-ios": land({ kind: "ios" }), "land-ios-code": land({ kind: "ios", ...code }),
  "land-ios-dead": land({ kind: "ios", dead: true }),
  "land-ios-old": land({ kind: "ios", oldos: true, top: true, ...code, seconds: 48 }),
  "land-android": land({ kind: "android", offer: "offers" }), "land-android-code": land({ kind: "android", ...code }),
  "land-android-done": land({ kind: "android", offer: "done", ...code }), "land-app": land({ kind: "app", ...code }),
  "land-desk": land({ kind: "desk", demo: true }), "land-desk-qr": land({ kind: "desk", qr: SQUARES }),
  "land-have": land({ kind: "have" }), "land-nope": land({ kind: "nope" }),
  first: () => html`<${First} opened=${false} onScan=${no} onType=${no} onBefore=${no} onContinue=${no} />`,
  "first-opened": () => html`<${First} opened=${true} onScan=${no} onType=${no} onBefore=${no} onContinue=${no} />`,
  recover: () => html`<${Recover} back=${no} onScan=${no} onType=${no} />`, "recover-lost": () => html`<${Recover}
    accounts=${list(["mei.chen", "harbor.shop"])} back=${no} onScan=${no} onType=${no} />`,
  "scan-ask": scan({ state: "ask" }), "scan-starting": scan({ state: "starting" }), scan: scan({ state: "scanning" }),
  "scan-slow": scan({ state: "scanning", hint: "slow", torch: true }),
  "scan-dark": scan({ state: "scanning", hint: "dark" }),
  "scan-denied-browser": scan({ state: "denied", browser: true }),
  "scan-stuck": scan({ state: "scanning", hint: "stuck" }), "scan-found": scan({ state: "found" }),
  "scan-denied": scan({ state: "denied" }), "scan-denied-ios": scan({ state: "denied", system: "ios" }),
  "scan-busy": scan({ state: "busy" }),
  "scan-reading": scan({ state: "scanning", reading: true }),
  "scan-reading-none": scan({ state: "none", reading: true }),
  "scan-none": scan({ state: "none" }), "scan-black": scan({ state: "black" }),
  "scan-notours": scan({ state: "scanning", problem: { k: "scan.notours" } }),
  "scan-other": scan({ state: "scanning", problem: { k: "scan.other", v: { host: "id.other.example", own: host } } }),
  type: type({}), "type-half": type({ text: "7KQM-2XVT" }), "type-full": type({ text: "7KQM-2XVT-9HRW-4DG8" }),
  "type-typo": type({ text: "7KQM-2XVT-9HRW-4DG9", error: { k: "type.typo" } }),
  "type-short": type({ text: "7KQM-2X", error: { k: "type.short", v: { count: 6 } } }),
  "type-neutral": type({ text: "7KQM-2XVT-9HRW-4DG8",
    problem: { k: "error.neutral", reference, guide: "activation-errors" } }),
  confirm: confirm({}), "confirm-busy": confirm({ made: null }), "confirm-here": confirm({ here: true }),
  "confirm-neutral": confirm({ made: null, problem: { k: "error.neutral", reference, guide: "activation-errors" } }),
  "confirm-ending": () => html`<${Confirm} made=${{ ...made(), place: "", ends: soon(48) }} name=${iphone}
    problem=${null} busy=${false} back=${no} onGo=${no} onNotMe=${no} onDone=${no} onAgain=${no} />`,
  "confirm-move": () => html`<${Confirm} made=${{ ...made(), replaces: iphone }} name="Pixel 9" problem=${null}
    busy=${false} back=${no} onGo=${no} onNotMe=${no} onDone=${no} onAgain=${no} />`,
  failed: () => html`<${Failed} problem=${{ k: "error.unloaded" }} back=${no} onAgain=${no} />`,
  "failed-old": () => html`<${Failed} problem=${{ k: "error.too_old", guide: "what-you-need" }}
    onAgain=${no} />`,
  stuck: () => html`<${Failed} problem=${{ k: "error.storage" }} onAgain=${no} />`, opening: () => html`<${Opening} />`,
  "confirm-noroom": confirm({ problem: { k: "error.no_room" } }),
  "home-unread": home({ unread: "harbor.shop", onAgain: no }),
  notme: () => html`<${NotMe} onDone=${no} />`,
  "unlock-new": unlock(NewPin, {}),
  "unlock-new-unsure": unlock(NewPin, { problem: { k: "unlock.unsure" }, again: true, onOther: undefined }),
  "unlock-new-busy": unlock(NewPin, { busy: true }),
  "unlock-phone": unlock(PhoneUnlock, {}),
  "unlock-phone-closed": unlock(PhoneUnlock, { problem: { k: "unlock.phone.cancel" } }),
  "unlock-phone-none": unlock(PhoneUnlock, { problem: { k: "unlock.phone.none", guide: "what-you-need" } }),
  "unlock-existing": unlock(Existing, { account: "harbor.shop", platform: false }),
  "unlock-existing-wrong": unlock(Existing,
    { account: "harbor.shop", problem: { k: "unlock.existing.wrong", v: { count: 4 } } }),
  "unlock-existing-phone": unlock(Existing, { account: "harbor.shop", platform: true }), resume: unlock(Resume, {}),
  code: () => html`<${CheckCode} check="317064" ends=${soon(580)} asking=${false} copy=${copy} onAsk=${no}
    onStop=${no} />`,
  "code-ending": () => html`<${CheckCode} check="317064" ends=${soon(48)} asking=${false} copy=${copy} onAsk=${no}
    onStop=${no} />`,
  "code-wrong": () => html`<${CheckCode} check="317064" ends=${soon(580)} left=${2} asking=${false} copy=${copy}
    onAsk=${no} onStop=${no} />`,
  "code-stop": () => html`<${CheckCode} check="317064" ends=${soon(580)} asking=${true} copy=${copy} onAsk=${no}
    onStop=${no} />`,
  "code-gone": () => html`<${CheckGone} cause="digits" problem=${{ k: "", reference }} onAgain=${no} onDone=${no} />`,
  "code-noroom": () => html`<${CheckGone} cause="" problem=${{ k: "error.no_room", guide: "what-you-need" }}
    onAgain=${no} onDone=${no} />`,
  active: () => html`<${Active} account="mei.chen" service=${service()} unlock="pin" push="off" many=${1} first=${true}
    until="" onDone=${no} />`,
  "active-moved": () => html`<${Active} account="mei.chen" service=${service()} unlock="pin" push="on" many=${1}
    first=${false} until="" replaced=${iphone} onDone=${no} />`,
  "active-recovered": () => html`<${Active} account="mei.chen" service=${service()} unlock="pin" push="on" many=${1}
    first=${false} until="14:05" replaced=${iphone} onDone=${no} />`,
  "active-second": () => html`<${Active} account="harbor.shop" service=${service()} unlock="platform" push="on"
    many=${2} first=${false} until="14:05" onDone=${no} />`,
  home: home(() => ({ cards: cards(1), ended })), "home-none": home({}),
  "home-install": home(() => ({ browser: true, ended })),
  "home-install-offer": home({ browser: true, offer: "offers", onInstall: no }),
  "home-updated": home({ note: { k: "home.updated" } }), "home-several": home(() => ({ cards: cards(3) })),
  "home-stopped": home({ accounts: [{ ...accounts[0], state: "pin_locked" }, { ...accounts[1], state: "removed" }],
    unfinished: ["mei.chen"], note: { k: "home.pull" } }),
  add: over(html`<${Add} onClose=${no} onScan=${no} onType=${no} />`), menu: over(html`<${Menu} onClose=${no}
    onSettings=${no} onCheck=${no} onHelp=${no} onLanguage=${no} />`),
  help: over(html`<${Help} onClose=${no} />`),
  request: request({}), "request-known": request({ asksNumber: false }),
  "request-wrong": request({ number: "417902", wrong: { k: "request.wrong", v: { count: 2 } } }),
  "request-several": request({ which: { n: 1, all: 2 }, left: 25 }),
  "request-remove": request({ asksNumber: false }, { action: "remove_phone", message: "1795439100 " + iphone }),
  "request-gateway": request({ asksNumber: false, problem: { k: "error.server_busy", reference } },
    { browser: "", place: "", ip: "", app: "VPN" }),
  "request-offline": request({ offline: true, onOffline: no }), scanned: request({ scanned: true, asksNumber: false }),
  "scanned-missing": answered({ outcome: "missing", onScan: no }),
  "scanned-stale": answered({ outcome: "stale", onScan: no }),
  respond: respond({}), "respond-typo": respond({ challenge: "00000016", typo: true }),
  "respond-unlock": pin({ k: "respond.unlock", go: "respond.get" }),
  "respond-answer": respond({ challenge: "48291736", response: "73051842" }),
  "respond-platform": respond({ challenge: "48291736", response: "03051842", pin: false,
    accounts: [{ device: "dev_1", name: "mei.chen" }] }),
  "respond-gone": respond({ challenge: "48291736", pin: false, problem: { k: "error.unlock_gone", guide: "recover" } }),
  "respond-closed": respond({ challenge: "48291736", pin: false, problem: { k: "error.unlock_closed" } }),
  "request-refused": request({ number: "417902", problem: { k: "request.refused", reference } }),
  "request-busy": request({ number: "417902", busy: "approve" }),
  "request-loading": () => html`<${Loading} back=${no} />`,
  pin: pin({}), "pin-wrong": pin({ left: 4 }), "pin-busy": pin({ busy: true }),
  "pin-change": change({}), "pin-change-wrong": change({ left: 4 }), "pin-change-busy": change({ busy: true }),
  "pin-change-offline": change({ offline: true }),
  "pin-change-kept": change({ problem: { k: "error.pin_kept" } }),
  "pin-change-gone": change({ problem: { k: "error.change_gone", reference } }),
  "pin-change-open": change({ open: true }),
  "pin-change-earlier": change({ earlier: "harbor.shop" }),
  "pin-change-earlier-wrong": change({ earlier: "harbor.shop", left: 3 }),
  "home-pin-open": home({ pin: "open", onPin: no }), "home-pin-earlier": home({ pin: "earlier", onPin: no }),
  "answered-approved": answered({ outcome: "approved" }),
  "answered-onphone": answered({ outcome: "approved", onPhone: true }),
  "answered-denied": answered({ outcome: "denied" }), "answered-reported": answered({ outcome: "reported" }),
  "answered-expired": answered({ outcome: "expired" }), "answered-cancelled": answered({ outcome: "cancelled" }),
  "answered-replaced": answered({ outcome: "replaced", onSee: no }),
  "answered-elsewhere": answered({ outcome: "elsewhere", by: iphone }),
  "answered-elsewhere-own": answered({ outcome: "elsewhere", by: iphone, own: true }),
  "answered-failed": answered({ outcome: "failed" }), "answered-unsent": answered({ outcome: "unsent", onAgain: no }),
  "answered-unsure": answered({ outcome: "unsure", onAgain: no }), "answered-update": answered({ outcome: "update" }),
  account: account({}), "account-browser": account({ row: { installed: false, until: "14:05" }, ended }),
  "account-asking": account({ asking: true }), "account-problem": account({ problem: { k: "error.offline" } }),
  moved: gone({ kind: "moved" }), removed: gone({ kind: "removed" }), paused: gone({ kind: "paused" }),
  unknown: gone({ kind: "unknown", onAgain: no }), "removed-again": gone({ kind: "removed", onAgain: no }),
  "paused-lost": gone({ kind: "lost" }), "paused-clone": gone({ kind: "clone" }),
  locked: () => html`<${Locked} accounts=${list(["mei.chen", "harbor.shop"])} back=${no} onAgain=${no}
    onForget=${no} />`,
  notify: notify({}), "notify-asking": notify({ step: "asking" }), "notify-test": notify({ step: "test", back: no }),
  "notify-denied": notify({ step: "denied" }), "notify-lost": notify({ step: "lost" }),
  "notify-problem": notify({ problem: { k: "error.push_refused", reference } }),
  "notifycheck-test": notifies({ checks: [...well, row("test", "wait", "notify.sent")], busy: true }),
  "notifycheck-came": notifies({ checks: [...well, row("test", "ok", "notify.came")], asking: true }),
  "notifycheck-ok": notifies({ checks: [...well, row("test", "ok", "notify.ok")] }),
  "notifycheck-missed": notifies({ checks: [...well, row("test", "bad", "notify.missed")], urgent: true }),
  "notifycheck-unsent": notifies({ checks: [...well,
    row("test", "bad", "notify.unsent", { act: { k: "notify.repair", go: no } })], hints: [], again: true }),
  "notifycheck-soon": notifies({ checks: [...well, row("test", "wait", "notify.soon")], busy: true }),
  "notifycheck-lost": notifies({ checks: [...well.slice(0, 3),
    row("sub", "bad", "notify.sub.lost", { act: { k: "notify.repair", go: no } })], hints: [], again: false }),
  "notifycheck-blocked": notifies({ checks: [well[1],
    row("perm", "info", "notify.perm.no", { fix: ["notify.perm.android"] })], hints: [], again: false }),
  "notifycheck-install": notifies({ checks: [row("install", "info", "notify.install.no",
    { fix: ["land.ios.1", "land.ios.2", "land.ios.3"] })], hints: [], again: false }),
  "notifycheck-ask": notifies({ checks: [well[1],
    row("perm", "info", "notify.perm.ask", { act: { k: "home.notif.off.go", go: no } })], hints: [], again: false }),
  "notifycheck-none": notifies({ checks: [well[1], row("perm", "info", "notify.none")], hints: [], again: false }),
  "notifycheck-offline": notifies({ checks: [row("net", "bad", "error.offline")], hints: [], again: false }),
  "home-notif-off": home({ push: "off" }), "home-notif-lost": home(() => ({ push: "lost", cards: cards(1) })),
  "home-told": home(() => ({ told: told("phone_added.near", { account: "mei.chen" }), cards: cards(1) })),
  "home-told-all": home(() => ({ told: notices() })),
  "home-told-busy": home(() => ({ told: told("password_changed", { busy: "alarm" }) })),
  "home-told-problem": home(() => ({ told: told("password_changed", { problem: { k: "error.offline" } }) })),
  "home-told-raised": home({ note: { k: "notice.raised" } }),
  alarm: alarm({}), "alarm-codes": alarm({ codes: true }), "alarm-busy": alarm({ busy: "pause" }),
  "alarm-problem": alarm({ problem: { k: "error.unlock_closed" } }),
  "alarm-pin": pin({ k: "alarm.title", go: "alarm.pause", left: 4 }),
  settings: settings({}), "settings-notif-blocked": settings({ push: { state: "denied", on: false } }),
  "settings-notif-none": settings({ push: { state: "none", on: false } }),
  "settings-diagnostics": settings({ diagnostics: [host, "version 9c0e41d2a57b3f60, installed, online",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9)", "notifications: on on",
    "dev_ABCDEFGHIJKLMNOPQRSTUVWXYZ active pin push:ok"].join("\n") }),
  "settings-newest": settings({ update: { server: "0.1.0", step: "newest", problem: null, look: no } }),
  "settings-newer": settings({ update: { server: "0.2.0", step: "ready", problem: null, look: no } }),
  "settings-newer-offline": settings({ update: { server: "", step: "", problem: { k: "error.offline" }, look: no } }),
  "settings-reset": settings({ resetting: true }),
};
