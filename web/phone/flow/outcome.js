// How a request stands for the person: from its state, and from what this phone did.

import { Problem } from "../lib/problem.js";
import { fault } from "./say.js";

/**
 * @typedef {object} State  of the screen
 * @property {"details" | "pin"} step
 * @property {string} number
 * @property {{k: string, v?: Record<string, number>} | null} wrong   about the number
 * @property {import("../view/part.js").Fault | null} problem
 * @property {"" | "approve" | "deny" | "report"} busy
 * @property {"" | "approved" | "denied" | "reported" | "failed" | "unsent" | "unsure" | "gone"} outcome  of this phone's own answer
 * @property {number | null} left    tries left after a wrong PIN
 * @property {boolean} looked        the server was asked for it
 */

const ENDS = ["expired", "cancelled", "replaced", "failed"];

/**
 * @param {import("../lib/phone.js").Request | null} request
 * @param {State} state
 * @returns {"" | "loading" | import("../view/answered.js").Props["outcome"]} empty: it waits
 */
export function outcomeOf(request, { outcome, looked, busy }) {
  if (!request) return outcome || (looked ? "gone" : "loading");
  if (request.state === "waiting" || busy) return outcome;
  if (outcome && !["unsent", "unsure", "gone"].includes(outcome)) return outcome;
  if (request.state === "refused") return "update";
  if (ENDS.includes(request.state)) return /** @type {any} */ (request.state);
  return ["approved", "redeemed", "denied", "reported"].includes(request.state) ? "elsewhere" : "gone";
}

/**
 * What a failed answer means for the screen.
 * @param {unknown} error
 * @param {"details" | "pin"} step  at which it was
 * @returns {{leave: boolean, state: Partial<State>}} leave: this phone is locked
 */
export function readFailure(error, step) {
  const { code, triesLeft } = error instanceof Problem ? error : new Problem("server_busy");
  const left = triesLeft ?? 0;
  if (code === "pin_locked" || (code === "pin_wrong" && left === 0)) return { leave: true, state: {} };
  if (code === "pin_wrong") return { leave: false, state: { step: "pin", left, outcome: "" } };
  if (code === "number_wrong") {
    navigator.vibrate?.([40, 40, 40]);
    return { leave: false, state: left ? { step: "details", wrong: { k: "request.wrong", v: { count: left } }, outcome: "" } : { outcome: "failed" } };
  }
  if (code === "offline") return { leave: false, state: { outcome: "unsent" } };
  if (code === "unsure") return { leave: false, state: { outcome: "unsure" } };
  if (code === "request_gone") return { leave: false, state: { outcome: "gone" } };
  if (code === "challenge_changed") return { leave: false, state: { step: "details", problem: { k: "request.changed" }, outcome: "" } };
  return { leave: false, state: { step, problem: fault(error), left: null, outcome: "" } };
}
