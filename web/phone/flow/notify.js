// Asks for notifications, once, when the phone is active; and again when the
// person turns them on.

import { html, useEffect, useState } from "../vendor/preact.js";
import { later } from "../lib/clock.js";
import { testPush } from "../lib/push.js";
import { hear } from "../lib/worker.js";
import { Notify } from "../view/notify.js";
import { start } from "./push.js";
import { fault, useFault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../lib/activation.js").Activation} Activation */
/** @typedef {import("../view/part.js").Fault} Fault */
/** @typedef {"ask" | "asking" | "test" | "denied" | "lost"} Step */

export const LOST = 10_000; // milliseconds after which a test counts as lost

/**
 * P6.
 * @param {{app: Running, activation?: Activation, started?: ReturnType<typeof start>}} props
 *   activation: which has just become active; started: from the tap on another screen
 */
export function NotifyFlow({ app, activation, started }) {
  const [step, setStep] = useState(/** @type {Step} */ (started ? "asking" : "ask"));
  const [problem, setProblem] = useFault();
  const leave = (/** @type {any} */ note = null) => {
    if (activation) return app.nav.reset("Active", { activation });
    app.nav.home();
    app.note = note;
    return app.draw();
  };
  const follow = async (/** @type {ReturnType<typeof start>} */ running) => {
    setStep("asking");
    setProblem(null);
    try {
      if ((await running) !== "on") return setStep("denied");
      setStep("test");
      return (await arrives(app)) === "came" ? leave({ k: "notify.ok" }) : setStep("lost");
    } catch (failure) {
      setProblem(fault(failure));
      return setStep("ask");
    }
  };
  const go = () => follow(start(app)); // first, so that the browser asks from this tap
  const later = async () => {
    if (app.settings.push === "") await app.set({ push: "later" });
    leave();
  };
  useEffect(() => {
    if (started) follow(started);
    app.nav.hold = activation ? later : null;
    return () => (app.nav.hold = null);
  }, []);
  return html`<${Notify} step=${step} problem=${problem} back=${activation ? undefined : () => app.nav.back()}
    onGo=${go} onLater=${later} onCheck=${() => app.nav.reset("NotifyCheck")} onDone=${() => leave()} />`;
}

/**
 * Has the server send one, and waits for the worker to tell that it came.
 * @param {Running} app
 * @returns {Promise<"came" | "lost" | "unsent">} unsent: the push service didn't take it
 */
export async function arrives(app, sent = () => {}) {
  let deaf = () => {};
  /** @type {Promise<"came">} */
  const came = new Promise((resolve) => {
    deaf = hear((what) => what === "push" && resolve("came"));
  });
  try {
    if (!(await testPush(app.phone))) return "unsent";
    sent();
    return await Promise.race([came, later(LOST, /** @type {const} */ ("lost"))]);
  } finally {
    deaf();
  }
}
