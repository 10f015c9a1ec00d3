// The texts of requests: what a phone is asked, what it answers, and how it
// signs a call. Twin of challenge.go, answer.go and call.go, spec §7 and §8.

import { b64, unb64 } from "./bytes.js";
import { hash, lines, split } from "./text.js";

/**
 * What one device is shown, as it was read out of the text that is hashed.
 * @typedef {object} Challenge
 * @property {string} origin
 * @property {string} request
 * @property {string} device
 * @property {string} account
 * @property {string} name      sign-in name, as the person knows it
 * @property {string} app       name of the app being entered
 * @property {string} action    one of ACTIONS
 * @property {string} message   "confirm": the app's words; the phone to move or remove, see phoneOf; else empty
 * @property {string} browser   such as "Firefox on Windows"; empty if there is none
 * @property {string} ip
 * @property {string} place
 * @property {number} created   Unix seconds, by the server's clock
 * @property {string} carry     "number" or "none"
 */

const FIELDS = ["origin", "request", "device", "account", "name", "app", "action", "message",
  "browser", "ip", "place", "created", "carry"];
const ACTIONS = ["sign_in", "add_phone", "move_phone", "remove_phone", "change_password", "recovery_codes", "confirm",
  "test"];

/**
 * Reads a challenge and judges whether this device may show it, spec §8.3.
 * @param {string} text
 * @param {{origin: string, device: string, account: string}} own  who reads
 * @returns {{challenge: Challenge, refused: null} | {challenge: null, refused: string}} the field that is at fault
 */
export function readChallenge(text, own) {
  const fields = split(text, "challenge", FIELDS.length);
  if (!fields) return { challenge: null, refused: "form" };
  const read = Object.fromEntries(FIELDS.map((name, i) => [name, fields[i]]));
  const challenge = /** @type {Challenge} */ ({ ...read, created: Number(read.created) });
  const right = {
    origin: read.origin === own.origin,
    device: read.device === own.device,
    account: read.account === own.account,
    request: /^req_[A-Z2-7]{26}$/.test(read.request),
    action: ACTIONS.includes(read.action),
    created: String(challenge.created) === read.created && isCount(challenge.created),
    carry: read.carry === "number" || read.carry === "none",
  };
  const wrong = Object.entries(right).find(([, ok]) => !ok);
  return wrong ? { challenge: null, refused: wrong[0] } : { challenge, refused: null };
}

/** @param {number} value  such as Unix seconds */
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/**
 * The phone that is to be moved or removed: its name, which anybody in a session could
 * change, and when it was added. Twin of ParsePhoneMessage. A104.
 * @param {string} message
 * @returns {{name: string, added: number}}  Unix seconds; 0: not said
 */
export function phoneOf(message) {
  const [, added, name] = /^([1-9][0-9]*) ([^]+)$/.exec(message) ?? [];
  return Number.isSafeInteger(Number(added)) ? { name, added: Number(added) } : { name: message, added: 0 };
}

/**
 * What a challenge is about: of a move or a removal the phone, else the message as it is.
 * @param {{action: string, message: string}} challenge
 */
export const meant = ({ action, message }) =>
  (action === "move_phone" || action === "remove_phone" ? phoneOf(message) : { name: message, added: 0 });

/**
 * @typedef {object} AnswerFields
 * @property {string} origin
 * @property {string} request
 * @property {string} device
 * @property {string} challenge  base64url of the SHA-256 of the challenge's text
 * @property {string} decision   "approve", "deny" or "report"
 * @property {string} carried    "number", "qr" or "none"
 * @property {string} value      the number, the QR secret, or empty
 * @property {string} unlock     "pin" or "platform"; "none" for deny and report
 * @property {number} counter    1…2⁵³−1
 */

/**
 * Builds an answer's text.
 * @param {AnswerFields} a
 * @param {string} carry  of the challenge
 * @throws {RangeError} if the table of §8.4 has no such combination
 */
export function answerText(a, carry) {
  if (!allowed(a, carry) || !Number.isSafeInteger(a.counter) || a.counter < 1) throw new RangeError("no such answer");
  const { origin, request, device, challenge, decision, carried, value, unlock, counter } = a;
  return lines("answer", origin, request, device, challenge, decision, carried, value, unlock, String(counter));
}

/**
 * The table of spec §8.4.
 * @param {AnswerFields} a
 * @param {string} carry
 */
function allowed(a, carry) {
  const nothing = a.carried === "none" && a.value === "";
  if (a.decision === "deny" || a.decision === "report") return nothing && a.unlock === "none";
  if (a.decision !== "approve" || (a.unlock !== "pin" && a.unlock !== "platform")) return false;
  if (a.carried === "qr") return unb64(a.value, 16) !== null;
  if (a.carried === "number") return carry === "number" && /^[0-9]{6}$/.test(a.value);
  return nothing && carry === "none";
}

/**
 * The text that a signed call is signed over.
 * @param {{origin: string, method: string, target: string, device: string, nonce: string}} call
 * @param {Uint8Array<ArrayBuffer>} body  exactly as sent
 */
export async function callText({ origin, method, target, device, nonce }, body) {
  return lines("call", origin, method, target, device, nonce, b64(await hash(body)));
}
