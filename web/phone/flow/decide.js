// Approve, deny, report: from the press to what came of it.

import "../lib/answer.js"; // here with the screen: nothing may be loaded between a press and the phone's unlock
import { useEffect, useReducer, useRef } from "../vendor/preact.js";
import { ENOUGH } from "./app.js";
import { readFailure } from "./outcome.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("./outcome.js").State} State */
/** @typedef {import("../lib/answer.js").Answer} Answer */
/** @typedef {import("../lib/phone.js").Request} Request */
/** @typedef {"approve" | "deny" | "report"} Decision */

/** @type {State} */
const START = {
  step: "details", number: "", wrong: null, problem: null, busy: "", outcome: "", left: null, looked: false,
};

/** @param {State} before @param {Partial<State>} to @returns {State} */
const changed = (before, to) => ({ ...before, ...to });

/**
 * What a person can do about a request, and how far it is.
 * @param {Running} app
 * @param {Request | null} request
 * @param {"pin" | "platform"} unlock
 * @param {string} [secret]  of the QR code that was scanned: it stands for the number
 */
export function useDecision(app, request, unlock, secret = "") {
  const { phone } = app;
  const asked = /** @type {Request} */ (request); // the buttons are only there when it is
  const [state, change] = useReducer(changed, START);
  const tried = useRef(/** @type {{answer: Answer | null, pin?: string}} */ ({ answer: null }));
  const asksNumber = !secret && request?.challenge?.carry === "number";
  const carried = secret ? { secret } : asksNumber ? { number: state.number } : {};
  const complete = !asksNumber || state.number.length === 6;
  const wanted = unlock === "platform" && request?.state === "waiting" && !state.busy && complete;
  const inputs = [state.number, request?.text, state.problem, state.wrong];
  const ready = useReady(wanted, () => phone.answer(asked, "approve", carried), inputs);

  const run = async (/** @type {Decision} */ decision, /** @type {Promise<{state: string}>} */ sending) => {
    change({ busy: decision, problem: null, wrong: null });
    try {
      const { state: outcome } = await sending;
      tried.current = { answer: null };
      change({ busy: "", outcome: /** @type {State["outcome"]} */ (outcome) });
      if (outcome === "approved" && app.settings.approved < ENOUGH) app.set({ approved: app.settings.approved + 1 });
    } catch (problem) {
      const { locked, ...to } = readFailure(problem, state.step, secret !== "");
      if (locked) return app.nav.reset("Locked");
      if (!to.outcome) tried.current = { answer: null };
      change({ busy: "", ...to });
      phone.check();
    }
  };
  const send = async (/** @type {Decision} */ decision, pin = "") => {
    const answer = await phone.answer(asked, decision, decision === "approve" ? carried : {});
    tried.current = { answer, pin }; // kept for "Try again", which repeats it
    return answer.send(pin);
  };
  const approve = () => {
    if (!complete) return change({ wrong: missing(state.number) });
    phone.seen(asked, "unlocking");
    if (unlock === "pin") return change({ step: "pin", problem: null, wrong: null, left: null });
    const answer = ready.current;
    if (!answer) return run("approve", send("approve"));
    tried.current = { answer };
    return run("approve", answer.send());
  };
  const { answer, pin } = tried.current;
  return {
    state, change, asksNumber, approve,
    enter: (/** @type {string} */ typed) => run("approve", send("approve", typed)),
    deny: () => run("deny", send("deny")),
    report: () => run("report", send("report")),
    again: answer && (() => run("approve", answer.send(pin))),
  };
}

/** @param {string} number  as far as it was typed */
function missing(number) {
  document.getElementById("number")?.focus();
  return number ? { k: "request.numshort", v: { count: number.length } } : { k: "request.sr.num" };
}

/**
 * With phone unlock the answer is made before the tap, because the system's sheet
 * has to open first in it.
 * @param {boolean} wanted
 * @param {() => Promise<Answer>} make
 * @param {any[]} inputs  it is made anew when they change
 * @returns {{current: Answer | null}}
 */
function useReady(wanted, make, inputs) {
  const ready = useRef(/** @type {Answer | null} */ (null));
  useEffect(() => {
    let over = false;
    ready.current = null;
    if (wanted) make().then((answer) => !over && (ready.current = answer), () => {});
    return () => (over = true);
  }, [wanted, ...inputs]);
  return ready;
}
