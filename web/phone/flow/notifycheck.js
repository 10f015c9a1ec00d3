// Looks, one thing after the other, whether a notification can reach this phone.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { left } from "../lib/clock.js";
import { pushState, registerPush } from "../lib/push.js";
import { is, isNetwork } from "../lib/problem.js";
import { platform, standalone } from "../lib/system.js";
import { t } from "../lib/words.js";
import { NotifyCheck } from "../view/notifycheck.js";
import { arrives } from "./notify.js";
import { isLost, isOff, start } from "./push.js";
import { fault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../view/notifycheck.js").Check} Check */
/** @typedef {{rows: Check[], step: "looking" | "soon" | "sent" | "came" | "yes" | "no" | "lost" | "off"}} State */

/**
 * Shows one row, and says whether it is right.
 * @typedef {(name: string, look: Check["look"], k: string, more?: Partial<Check>) => boolean} Tell
 */

const INSTALL = ["land.ios.1", "land.ios.2", "land.ios.3"];

/** @type {State} */
const START = { rows: [], step: "looking" };

/** P15. @param {{app: Running, repair?: boolean}} props  repair: it is known that the registration was lost */
export function NotifyCheckFlow({ app, repair = false }) {
  const [state, setState] = useState(START);
  const [at, setAt] = useState(0); // when the test was sent, or will be
  const run = useRef(0);
  const look = async (/** @type {boolean} */ mend) => {
    const mine = ++run.current;
    const rows = /** @type {Check[]} */ ([]);
    const show = (/** @type {State["step"]} */ step, /** @type {Check | undefined} */ row = undefined) => {
      if (row) rows.push(row);
      if (mine === run.current) setState({ rows: [...rows], step });
    };
    show("looking");
    const stands = await examine(app, mend, show, act);
    if (!stands) return show("off");
    try {
      const how = await arrives(app, () => (setAt(Date.now()), show("sent")));
      return how === "unsent" ? show("off", broken({ k: "notify.unsent" })) : show(how);
    } catch (failure) {
      const wait = is(failure, "too_many") && failure.retryAfter;
      if (!wait) return show("off", broken(fault(failure)));
      setAt(Date.now() + wait * 1000);
      setTimeout(() => mine === run.current && look(false), wait * 1000);
      return show("soon");
    }
  };
  const act = { repair: () => look(true), on: () => app.nav.swap("Notify", { started: start(app) }) };
  /** @param {Check["say"]} say @returns {Check} */
  const broken = (say) => ({ name: "test", look: "bad", say, act: { k: "notify.repair", go: act.repair } });
  useEffect(() => {
    look(repair);
    // Back from the system's settings, where something may have been put right.
    const back = () => document.hidden || now.current !== "off" || look(false);
    document.addEventListener("visibilitychange", back);
    return () => {
      run.current++;
      document.removeEventListener("visibilitychange", back);
    };
  }, []);
  const { rows, step } = state;
  const now = useRef(step);
  now.current = step;
  const seconds = useSeconds(step === "sent" || step === "soon" ? at : 0);
  const seen = (/** @type {boolean} */ yes) => setState({ rows, step: yes ? "yes" : "no" });
  const urgent = step === "no" || step === "lost";
  return html`<${NotifyCheck} checks=${[...rows, ...test(step, seconds)]} asking=${step === "came"}
    hints=${step === "off" ? [] : hints()} urgent=${urgent} busy=${["looking", "soon", "sent"].includes(step)}
    again=${step !== "off" || rows.some(({ name }) => name === "test")} say=${SAID[step] ? t(SAID[step]) : ""}
    back=${() => app.nav.back()} onSeen=${seen} onAgain=${() => look(false)} />`;
}

/** @type {Record<string, string>} */
const SAID = { came: "notify.came", yes: "notify.ok", lost: "notify.missed" };

/**
 * The row of the test.
 * @param {State["step"]} step
 * @param {number} count  seconds since it was sent, or until it is
 * @returns {Check[]}
 */
function test(step, count) {
  /** @param {Check["look"]} look @param {string} k @returns {Check[]} */
  const row = (look, k) => [{ name: "test", look, say: { k, v: { count } } }];
  if (step === "sent" || step === "soon") return row("wait", "notify." + step);
  if (step === "came" || step === "no") return row("ok", "notify.came");
  if (step === "yes") return row("ok", "notify.ok");
  return step === "lost" ? row("bad", "notify.missed") : [];
}

/**
 * What has to be right before a test makes sense.
 * @param {Running} app
 * @param {boolean} mend
 * @param {(step: "looking", row: Check) => void} show
 * @param {{repair: () => void, on: () => void}} act
 * @returns {Promise<boolean>}
 */
async function examine(app, mend, show, act) {
  const { phone } = app;
  /** @type {Tell} */
  const say = (name, look, k, more = {}) => {
    show("looking", { name, look, say: { k }, ...more });
    return look === "ok";
  };
  const ios = platform() === "ios";
  if (ios && !standalone()) return say("install", "info", "notify.install.no", { fix: INSTALL });
  if (ios) say("install", "ok", "notify.install.ok");
  const online = await phone.api.open("GET", "/v1/server").then(() => true, (problem) => !isNetwork(problem));
  if (!say("net", online ? "ok" : "bad", online ? "notify.net.ok" : "error.offline")) return false;
  await phone.check();
  const state = await pushState(phone);
  if (state === "none") return say("perm", "info", "notify.none");
  const allow = [ios ? "notify.perm.ios" : "notify.perm.android"];
  if (state === "denied") return say("perm", "info", "notify.perm.no", { fix: allow });
  const turnOn = { act: { k: "home.notif.off.go", go: act.on } };
  if (state === "ask") return say("perm", "info", "notify.perm.ask", turnOn);
  say("perm", "ok", "notify.perm.ok");
  const { push } = app.settings;
  const off = push === "off" || push === "ending" || (state === "on" && isOff(phone));
  if (off) return say("sub", "info", "notify.sub.off", turnOn);
  return registered(phone, mend, state === "on", say, act.repair);
}

/**
 * @param {Running["phone"]} phone
 * @param {boolean} mend
 * @param {boolean} here  this browser has a subscription
 * @param {Tell} say
 * @param {() => void} repair
 */
async function registered(phone, mend, here, say, repair) {
  const act = { k: "notify.repair", go: repair };
  try {
    if (mend && !(await registerPush(phone, { fresh: true }))) return say("sub", "info", "notify.sub.service");
  } catch (failure) {
    return say("sub", "bad", fault(failure).k, { act });
  }
  if (!mend && (!here || isLost(phone))) return say("sub", "bad", "notify.sub.lost", { act });
  return say("sub", "ok", "notify.sub.ok");
}

/** What can hide or delay one, on this kind of phone. */
const hints = () => HINTS[platform()];

const HINTS = {
  ios: ["notify.hint.style", "notify.hint.focus"],
  android: ["notify.hint.focus", "notify.hint.batt", "notify.hint.cn"],
  other: ["notify.hint.focus"],
};

/** Whole seconds since an instant, or until it, while somebody looks. @param {number} at  0: none */
function useSeconds(at) {
  const [now, tick] = useState(at);
  useEffect(() => {
    if (!at) return undefined;
    tick(Date.now());
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [at]);
  return at > now ? left(at) : Math.floor((now - at) / 1000);
}
