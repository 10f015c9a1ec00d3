// Bytes as base64url without padding: one spelling for each value. Twin of bytes.go, spec §3.

/**
 * Spells bytes.
 * @param {ArrayBuffer | Uint8Array} bytes
 * @returns {string}
 */
export function b64(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Reads bytes that were spelled.
 * @param {unknown} text
 * @param {number} [length]  the number of bytes that there have to be
 * @returns {Uint8Array<ArrayBuffer> | null} null if it is not the one spelling of some bytes, or another number of them
 */
export function unb64(text, length) {
  if (typeof text !== "string" || !/^[\w-]*$/.test(text) || text.length % 4 === 1) return null;
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(raw, (symbol) => symbol.charCodeAt(0));
  const same = b64(bytes) === text; // not so if trailing bits are set
  return same && (length === undefined || bytes.length === length) ? bytes : null;
}

/**
 * Makes bytes that nobody can guess.
 * @param {number} count
 * @returns {Uint8Array<ArrayBuffer>} random bytes
 */
export function random(count) {
  return crypto.getRandomValues(new Uint8Array(count));
}
