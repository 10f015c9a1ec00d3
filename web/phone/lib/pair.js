// Pairs of keys, made so that the private half can't be taken out of the browser,
// and what is signed with them. Twin of key.go, spec §3 and §4.

import { b64, unb64 } from "./bytes.js";
import { bytesOf } from "./text.js";

/**
 * A pair whose private half can't be taken out of the browser.
 * @typedef {{private: CryptoKey, public: string}} Pair  public: 65 bytes as base64url
 */

const CURVE = { namedCurve: "P-256" };

/** Makes a pair for signatures. @returns {Promise<Pair>} Kd, which says "this phone" */
export async function newDeviceKey() {
  return pair(await crypto.subtle.generateKey({ name: "ECDSA", ...CURVE }, false, ["sign", "verify"]));
}

/** Makes a pair for an agreement. @returns {Promise<Pair>} for one key agreement; it is never stored */
export async function newAgreeKey() {
  return pair(await crypto.subtle.generateKey({ name: "ECDH", ...CURVE }, false, ["deriveBits"]));
}

/** @param {CryptoKeyPair} keys */
async function pair(keys) {
  return { private: keys.privateKey, public: b64(await crypto.subtle.exportKey("raw", keys.publicKey)) };
}

/**
 * Reads a public key for an agreement and checks that it is a point of the curve.
 * @param {unknown} text
 * @returns {Promise<CryptoKey | null>}
 */
export async function agreeKey(text) {
  const bytes = unb64(text, 65);
  if (!bytes || bytes[0] !== 4 || !onCurve(bytes)) return null;
  return crypto.subtle.importKey("raw", bytes, { name: "ECDH", ...CURVE }, false, []);
}

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/**
 * y² = x³ − 3x + b, NIST SP 800-56A §5.6.2.3.4. Not every browser looks.
 * @param {Uint8Array} point
 */
function onCurve(point) {
  const [x, y] = [point.slice(1, 33), point.slice(33)].map(number);
  return x < P && y < P && (y * y - (x * x * x - 3n * x + B)) % P === 0n;
}

/** @param {Uint8Array} bytes */
const number = (bytes) => bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

/**
 * Signs a text.
 * @param {CryptoKey} key  private half of a device key
 * @param {string} text
 * @returns {Promise<string>} ES256 as base64url of the 64 bytes r‖s
 */
export async function sign(key, text) {
  return b64(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(text)));
}

/**
 * Computes the MAC of a text.
 * @param {CryptoKey} key  an HMAC key
 * @param {string} text
 * @returns {Promise<Uint8Array<ArrayBuffer>>} HMAC-SHA-256
 */
export async function mac(key, text) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytesOf(text)));
}
