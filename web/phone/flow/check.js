// After the code was redeemed: the check code, and how the set-up ended. Also
// picks up one that was cut off when the app was closed.

import { html, useEffect, useState } from "../vendor/preact.js";
import { dayTime } from "../lib/clock.js";
import { isNetwork } from "../lib/problem.js";
import { persist } from "../lib/system.js";
import { language, serviceName } from "../lib/words.js";
import { Active } from "../view/active.js";
import { CheckCode, CheckGone } from "../view/code.js";
import { Resume } from "../view/unlock.js";
import { repair, undecided, usePush } from "./push.js";
import { fault, useFault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../lib/activation.js").Activation} Activation */
/** @typedef {import("../view/part.js").Fault} Fault */

/** Goes on with the set-up that isn't finished. @param {Running} app */
export async function resume(app) {
  const activation = app.phone.unfinished()[0];
  if (!activation) return;
  try {
    show(app, activation, await activation.look());
  } catch (problem) {
    app.note = fault(problem);
    app.draw(); // home has a card for it
  }
}

/** @param {Running} app @param {Activation} activation @param {string} state */
function show(app, activation, state) {
  if (state === "checking") app.nav.reset("Code", { activation });
  else if (state === "active") active(app, activation);
  else if (state === "redeemed") app.nav.reset("Resume", { activation });
  else app.nav.reset("End", { cause: activation.cause });
}

/** P6, if nobody has decided yet, then P7. @param {Running} app @param {Activation} activation */
export async function active(app, activation) {
  if (await undecided(app)) return app.nav.reset("Notify", { activation });
  repair(app); // the new account is told too, if there are notifications
  return app.nav.reset("Active", { activation });
}

/** P5d. @param {{app: Running, activation: Activation}} props */
export function CodeFlow({ app, activation }) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    const waiting = new AbortController();
    const release = keepLit();
    app.nav.hold = () => setAsking(true);
    activation.wait(waiting.signal, () => app.draw()).then((state) => {
      if (!waiting.signal.aborted) show(app, activation, state);
    });
    return () => {
      waiting.abort();
      release();
      app.nav.hold = null;
    };
  }, []);
  const stop = () => abandon(app, activation);
  return html`<${CheckCode} check=${activation.check} ends=${activation.ends} left=${activation.left} asking=${asking}
    copy=${app.copy} onAsk=${setAsking} onStop=${stop} />`;
}

/** The keys are deleted here, and the computer is told. @param {Running} app @param {Activation} activation */
async function abandon(app, activation) {
  await activation.abandon().catch(() => {});
  app.nav.reset("End", { cause: "person" });
}

/** The screen stays lit where the phone lets it. @returns {() => void} ends it */
function keepLit() {
  const lock = navigator.wakeLock?.request("screen").catch(() => null);
  return () => lock?.then((held) => held?.release());
}

/** The PIN once more, after a restart. @param {{app: Running, activation: Activation}} props */
export function ResumeFlow({ app, activation }) {
  const [problem, setProblem] = useFault();
  const [busy, setBusy] = useState(false);
  const go = async (/** @type {string} */ pin) => {
    setBusy(true);
    setProblem(null);
    try {
      show(app, activation, await activation.finish(pin));
    } catch (failure) {
      if (isNetwork(failure)) setProblem(fault(failure));
      else app.nav.reset("End", { cause: "proof", problem: fault(failure) });
    }
    setBusy(false);
  };
  const stop = () => abandon(app, activation);
  return html`<${Resume} account=${activation.account.name} service=${serviceName(activation.service)}
    problem=${problem} busy=${busy} onGo=${go} onCancel=${stop} back=${() => app.nav.home()} />`;
}

/** P7. @param {{app: Running, activation: Activation}} props */
export function ActiveFlow({ app, activation }) {
  const { on } = usePush(app);
  useEffect(() => {
    persist();
    app.nav.hold = () => app.nav.home();
    return () => (app.nav.hold = null);
  }, []);
  const accounts = app.phone.accounts();
  const ends = accounts.find(({ device }) => device === activation.device)?.probationEnds ?? 0;
  return html`<${Active} account=${activation.account.name} service=${serviceName(activation.service)}
    unlock=${activation.unlock} push=${on ? "on" : "off"} many=${accounts.length} first=${activation.codes}
    replaced=${activation.replaced} until=${ends ? dayTime(ends / 1000, language()) : ""}
    onDone=${() => app.nav.home()} />`;
}

/** The set-up ended without an account. @param {{app: Running, cause: string, problem?: Fault}} props */
export function EndFlow({ app, cause, problem }) {
  return html`<${CheckGone} cause=${cause} problem=${problem} onAgain=${() => app.nav.swap("Scan")}
    onDone=${() => app.nav.home()} />`;
}
