// Activation codes, as a person types, pastes or scans them, and the links that
// QR codes hold. Twin of code.go, spec §5 and §9.3.

import { unb64 } from "./bytes.js";
import { hash } from "./text.js";

const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // no I, L, O or U
/** @type {Record<string, string>} */
const LOOKALIKE = { O: "0", I: "1", L: "1" };
const SPACE = /^[\p{White_Space}\uFEFF]+|[\p{White_Space}\uFEFF]+$/gu;
const REQUEST = /^req_[A-Z2-7]{26}$/;

/**
 * @typedef {object} Read  what was made of an input
 * @property {string} [code]     the 16 symbols
 * @property {"length" | "symbol" | "check" | "other origin" | "recovery"} [problem]
 * @property {number} symbols    how many remain when spaces and dashes are gone
 * @property {string} [host]     of a link to another server
 */

/**
 * Reads what a person typed, pasted or scanned. The server is not asked.
 * @param {string} typed
 * @param {string} origin   the phone's own
 * @param {string} [context]  "code", or "recovery" for a recovery code
 * @returns {Promise<Read>}
 */
export async function readCode(typed, origin, context = "code") {
  const mark = typed.indexOf("#");
  const link = typed.slice(0, Math.max(0, mark)).replace(SPACE, "");
  if (mark >= 0 && link !== origin + "/p/") return { problem: "other origin", symbols: 0, host: hostOf(link) };
  const code = fold(typed.slice(mark + 1));
  const symbols = [...code].length;
  if (symbols !== 16) return { problem: "length", symbols };
  if ([...code].some((symbol) => !SYMBOLS.includes(symbol))) return { problem: "symbol", symbols };
  if ((await check(context, code)) === code.slice(14)) return { code, symbols };
  const recovery = context === "code" && (await check("recovery", code)) === code.slice(14);
  return { problem: recovery ? "recovery" : "check", symbols };
}

/**
 * Reads what a person typed or pasted into a field, with what stood around it where it was copied: quotes, a full stop,
 * a label, a whole sentence, invisible characters. A link to another server is never taken apart.
 * @param {string} typed
 * @param {string} origin  the phone's own
 * @returns {Promise<Read>}
 */
export async function readField(typed, origin) {
  const text = tidy(typed);
  const whole = await readCode(text, origin);
  if (whole.code || whole.host) return whole;
  const links = text.match(/https?:\/\/[^\s"'<>“”‘’«»「」『』（）()，。]+/giu) ?? [];
  const words = text.split(/[^0-9A-Za-z]+/);
  const groups = words.map((_, i) => words.slice(i, i + 4))
    .filter((four) => four.length === 4 && four.every((word) => word.length === 4));
  const parts = [
    ...links.map((link) => (link.includes("#") ? link : link + "#")),
    ...groups.map((four) => four.join("")),
    ...words.filter((word) => word.length === 16),
  ];
  for (const part of parts) {
    const read = await readCode(part, origin);
    if (read.code || (read.host && read.host !== hostOf(origin))) return read;
  }
  return whole;
}

/**
 * What a text is without what can't be seen and what isn't of it: compatibility forms, %23, signs at its ends.
 * @param {string} typed
 */
export function tidy(typed) {
  return typed.normalize("NFKC").replace(/%23/g, "#").replace(/[\p{Cf}\u034F\uFE00-\uFE0F]/gu, "")
    .replace(/^[\p{P}\s]+|[\p{P}\s]+$/gu, "");
}

/**
 * A code as people read it.
 * @param {string} code  16 symbols
 * @returns {string} in four groups of four
 */
export function show(code) {
  return code.replace(/(.{4})(?!$)/g, "$1-");
}

/**
 * How many symbols somebody has typed so far.
 * @param {string} typed
 */
export function countSymbols(typed) {
  return [...fold(tidy(typed).replace(SPACE, "").replace(/^.*#/s, ""))].length;
}

/**
 * Whether somebody has typed a U, which no code holds.
 * @param {string} typed
 */
export function hasU(typed) {
  return fold(typed.replace(/^.*#/s, "")).includes("U");
}

/**
 * Reads the link of a sign-in's QR code; only exactly that form.
 * @param {string} scanned
 * @param {string} origin  the phone's own
 * @returns {{request: string, secret: string} | null}
 */
export function readLink(scanned, origin) {
  const start = origin + "/p/#q.";
  const [request, secret, ...rest] = scanned.startsWith(start) ? scanned.slice(start.length).split(".") : [""];
  return REQUEST.test(request) && unb64(secret, 16) && rest.length === 0 ? { request, secret } : null;
}

/**
 * What the app's own camera, or a photo, has read.
 * @param {string} text
 * @param {string} origin  the phone's own
 * @returns {Promise<{kind: "code", code: string} | {kind: "sign_in", request: string, secret: string}
 *   | {kind: "other", host: string} | {kind: "no", problem: string}>}
 */
export async function readScan(text, origin) {
  const link = readLink(text, origin);
  if (link) return { kind: "sign_in", ...link };
  const { code, problem, host } = await readCode(text, origin);
  if (code) return { kind: "code", code };
  return host ? { kind: "other", host } : { kind: "no", problem: problem ?? "length" };
}

/**
 * What the app was opened with. A secret in a link is dropped: only the app's
 * own camera carries one, or a link that somebody sends would defeat the number.
 * @param {string} fragment  of the address, with its #
 * @returns {{kind: "code", text: string} | {kind: "sign_in", request: string} | null}
 */
export function readFragment(fragment) {
  const text = fragment.replace(/^#/, "");
  if (!text) return null;
  const [marker, request] = text.split(".");
  if (marker !== "q") return { kind: "code", text };
  return REQUEST.test(request) ? { kind: "sign_in", request } : null;
}

/** @param {string} text */
function fold(text) {
  return text.normalize("NFKC")
    .replace(/[a-z]/g, (symbol) => symbol.toUpperCase())
    .replace(/[\p{White_Space}\uFEFF‐-―−-]/gu, "")
    .replace(/[OIL]/g, (symbol) => LOOKALIKE[symbol]);
}

/**
 * The two symbols that check fourteen others: the first 10 bits of SHA-256.
 * @param {string} context
 * @param {string} code
 */
async function check(context, code) {
  const [a, b] = await hash(`keyturn/v1 ${context}\n` + code.slice(0, 14));
  return SYMBOLS[a >> 3] + SYMBOLS[((a & 7) << 2) | (b >> 6)];
}

/** @param {string} link */
function hostOf(link) {
  try {
    return new URL(link).host;
  } catch {
    return "";
  }
}
