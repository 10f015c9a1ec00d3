// How a request stands for the person: from its state, and from what this phone did.

import { Problem } from "../lib/problem.js";
import { fault } from "./say.js";

/** @typedef {import("../view/part.js").Fault} Fault */

/**
 * @typedef {object} State  of the screen
 * @property {"details" | "pin"} step
 * @property {string} number
 * @property {{k: string, v?: Record<string, number>} | null} wrong   about the number
 * @property {Fault | null} problem
 * @property {"" | "approve" | "deny" | "report"} busy
 * @property {"" | "approved" | "denied" | "reported" | "failed" | "unsent" | "unsure" | "gone" | "stale"} outcome
 *   of this phone's own answer
 * @property {number | null} left    tries left after a wrong PIN
 * @property {boolean} looked        the server was asked for it
 */

/** @type {Record<string, "approved" | "denied" | "reported">} */
const DECIDED = { approved: "approved", redeemed: "approved", denied: "denied", reported: "reported" };
const ENDS = ["expired", "cancelled", "replaced", "failed"];

/**
 * What the screen shows of a request.
 * @param {import("../lib/phone.js").Request | null} request
 * @param {State} state
 * @param {string} own  name of this phone
 * @returns {"" | "loading" | import("../view/answered.js").Props["outcome"]} empty: it waits
 */
export function outcomeOf(request, { outcome, looked, busy }, own) {
  if (!request) return outcome || (looked ? "gone" : "loading");
  if (request.state === "waiting" || busy) return outcome;
  if (outcome && !["unsent", "unsure", "gone", "stale"].includes(outcome)) return outcome;
  if (request.state === "refused") return "update";
  if (ENDS.includes(request.state)) return /** @type {any} */ (request.state);
  const reached = DECIDED[request.state];
  if (!reached) return "gone";
  // It was this phone's answer that got through.
  return outcome === "unsure" && request.by === own ? reached : "elsewhere";
}

/**
 * What a failed answer means for the screen.
 * @param {unknown} error
 * @param {"details" | "pin"} step  at which it was
 * @param {boolean} [scanned]  a QR code was carried, and not a number
 * @returns {Partial<State> & {locked?: boolean}} locked: the PIN can't be used on this phone any more
 */
export function readFailure(error, step, scanned = false) {
  const { code, triesLeft } = error instanceof Problem ? error : new Problem("server_busy");
  const left = triesLeft ?? 0;
  switch (code) {
    case "pin_locked":
      return { locked: true };
    case "pin_wrong":
      return left ? { step: "pin", left, outcome: "" } : { locked: true };
    case "number_wrong":
      navigator.vibrate?.([40, 40, 40]);
      if (left && scanned) return { outcome: "stale" };
      if (!left) return { outcome: "failed" };
      return { step: "details", wrong: { k: "request.wrong", v: { count: left } }, outcome: "" };
    case "offline":
      return { outcome: "unsent" };
    case "unsure":
      return { outcome: "unsure" };
    case "request_gone":
      return { outcome: "gone" };
    case "challenge_changed":
      return { step: "details", problem: { k: "request.changed" }, outcome: "" };
    default:
      return { step, problem: fault(error, { answer_refused: "request.refused" }), left: null, outcome: "" };
  }
}
