// The response to a challenge code, for a phone without a network. RFC 6287, in
// the parts that its vectors use. Twin of ocra.go, spec §10.

import { b64 } from "./bytes.js";
import { mac } from "./pair.js";
import { bytesOf, lines } from "./text.js";

const SUITE = "OCRA-1:HOTP-SHA256-8:QN08";

/**
 * @typedef {object} Inputs
 * @property {string} question
 * @property {bigint} [counter]
 * @property {Uint8Array} [pin]     its hash
 * @property {bigint} [minutes]     since 1970, or whatever steps the suite counts
 */

/**
 * RFC 6287 §5.
 * @param {string} suite
 * @param {CryptoKey} key  an HMAC key with the suite's hash
 * @param {Inputs} inputs  those that the suite names
 * @returns {Promise<string>} decimal digits
 */
export async function ocra(suite, key, { question, counter, pin, minutes }) {
  const data = [...bytesOf(suite), 0];
  if (counter !== undefined) data.push(...eight(counter));
  data.push(...asked(question, suite.includes(":QA") || suite.includes("-QA")));
  if (pin) data.push(...pin);
  if (minutes !== undefined) data.push(...eight(minutes));
  const full = new Uint8Array(await crypto.subtle.sign("HMAC", key, new Uint8Array(data)));
  const at = full[full.length - 1] & 15; // dynamic truncation, RFC 4226 §5.3
  const cut = new DataView(full.buffer).getUint32(at) & 0x7fffffff;
  const digits = Number(suite.split(":")[1].split("-")[2]);
  return String(cut % 10 ** digits).padStart(digits, "0");
}

/**
 * The question's 128 bytes. A decimal one becomes hexadecimal, padded on the
 * right, which makes 1 and 16 equal; therefore challenge codes have a range.
 * @param {string} question
 * @param {boolean} alphanumeric
 */
function asked(question, alphanumeric) {
  const bytes = new Uint8Array(128);
  if (alphanumeric) {
    bytes.set(bytesOf(question));
    return bytes;
  }
  const hex = BigInt(question).toString(16).padEnd(256, "0");
  return bytes.map((_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** @param {bigint} value */
function eight(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/**
 * Why a challenge code can't be answered; null if it can.
 * @param {string} challenge  as typed, without spaces
 * @returns {"form" | null}
 */
export function challengeProblem(challenge) {
  return /^[0-9]{8}$/.test(challenge) && Number(challenge) >= 16777216 ? null : "form";
}

/**
 * Computes the response to a challenge code, spec §10.
 * @param {CryptoKey} kp
 * @param {CryptoKey} kk  whatever a PIN opened: a wrong one gives a wrong response
 * @param {string} challenge  that challengeProblem takes
 * @returns {Promise<string>} 8 digits
 */
export async function response(kp, kk, challenge) {
  const a = await mac(kk, "keyturn/v1 offline\n");
  const ko = await mac(kp, lines("offline", b64(a)));
  const key = await crypto.subtle.importKey("raw", ko, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return ocra(SUITE, key, { question: challenge });
}
