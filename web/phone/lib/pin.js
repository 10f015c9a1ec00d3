// Sealing Kk under the PIN. Every PIN opens the seal to 32 bytes that are a
// valid key, so nothing here can tell a right PIN from a wrong one: only the
// server can, and it counts. Twin of pin.go, spec §4.2 and §4.3.

import { random } from "./bytes.js";
import { mac } from "./pair.js";
import { lines } from "./text.js";

const ITERATIONS = 600_000;
const MAC = { name: "HMAC", hash: "SHA-256", length: 256 };
// A fresh salt makes a fresh key, so the zero counter never repeats under one.
const CIPHER = { name: "AES-CTR", counter: new Uint8Array(16), length: 64 };

/**
 * Seals a key under a PIN, with a new salt.
 * @param {string} pin
 * @param {CryptoKey} kp
 * @param {CryptoKey} kk  extractable; the caller drops it right after
 * @returns {Promise<{ck: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>}>}
 */
export async function seal(pin, kp, kk, salt = random(16)) {
  const kek = await stretch(pin, kp, salt);
  return { ck: new Uint8Array(await crypto.subtle.wrapKey("raw", kk, kek, CIPHER)), salt };
}

/**
 * Opens what seal made. A wrong PIN gives another key and never an error.
 * @param {string} pin
 * @param {CryptoKey} kp
 * @param {{ck: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>}} sealed
 * @returns {Promise<CryptoKey>} to compute one proof with; not extractable, never stored
 */
export async function unseal(pin, kp, { ck, salt }) {
  const kek = await stretch(pin, kp, salt);
  return crypto.subtle.unwrapKey("raw", ck, kek, CIPHER, MAC, false, ["sign"]);
}

/**
 * @param {string} pin
 * @param {CryptoKey} kp
 * @param {Uint8Array<ArrayBuffer>} salt
 * @returns {Promise<CryptoKey>} kek
 */
async function stretch(pin, kp, salt) {
  const m = await mac(kp, lines("pin", pin.normalize("NFKC")));
  const password = await crypto.subtle.importKey("raw", m, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS };
  return crypto.subtle.deriveKey(how, password, { name: "AES-CTR", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}
