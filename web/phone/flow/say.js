// What a person reads about a Problem.

import { Problem, is } from "../lib/problem.js";
import { useState } from "../vendor/preact.js";

/** @typedef {import("../view/part.js").Fault} Fault */

/** What the person can put right alone: no reference, nobody has to look it up. */
const PLAIN = new Set(["pin_wrong", "number_wrong", "too_many", "request_gone", "challenge_changed", "unlock_wrong",
  "offline", "unsure", "too_old", "unloaded"]);

/**
 * Which page of the help explains a code; any other with a reference leads to the start of it.
 * @type {Record<string, string>}
 */
const GUIDES = {
  activation_failed: "activation-errors", activation_closed: "activation-errors", proof_wrong: "activation-errors",
  answer_odd: "activation-errors", unlock_none: "what-you-need", too_old: "what-you-need",
  unlock_refused: "what-you-need", unlock_gone: "recover", no_storage: "what-you-need", no_room: "what-you-need",
  pin_locked: "recover", bad_call: "recover", device_removed: "recover", device_suspended: "recover",
  clone_suspected: "recover", pin_earlier: "pin", pin_unsettled: "pin", change_gone: "pin",
  push_refused: "notifications", probation: "recover",
};

/**
 * The sentence for an error, with the reference and the page of the help that belong to it.
 * @param {unknown} error
 * @param {Record<string, string>} [own]  keys of this screen for some codes
 * @returns {Fault}
 */
export function fault(error, own = {}) {
  const problem = error instanceof Problem ? error : new Problem("server_busy");
  if (problem !== error) console.error(error); // a mistake of ours: for whoever looks
  const { code, triesLeft, retryAfter, reference } = problem;
  const v = { count: triesLeft ?? retryAfter ?? 60 };
  return { k: own[code] ?? "error." + code, v, reference: PLAIN.has(code) ? null : reference, guide: GUIDES[code] };
}

/** Whether the PIN can't be used on this phone any more. @param {unknown} error */
export const isLocked = (error) => is(error, "pin_locked") || (is(error, "pin_wrong") && error.triesLeft === 0);

/** What went wrong on a screen, kept from one drawing to the next; null: nothing. */
export const useFault = () => useState(/** @type {Fault | null} */ (null));
