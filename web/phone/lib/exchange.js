// How a phone becomes a device: the texts about it, and what both ends derive. Twin of exchange.go, spec §4, §6, §11.2
// and §12.
//
// Kk never becomes a script value, and nothing computed from it is stored.

import { b64 } from "./bytes.js";
import { bytesOf, hash, lines } from "./text.js";

const MAC = { name: "HMAC", hash: "SHA-256", length: 256 }; // WebCrypto's own default is 512

/**
 * The commitment to the phone's nonce.
 * @param {string} nonce  32 bytes as base64url
 */
export async function commitment(nonce) {
  return b64(await hash(lines("commit", nonce)));
}

/**
 * @typedef {object} Redeem  what the phone offers; keys and commitment as base64url
 * @property {string} code
 * @property {string} deviceKey
 * @property {string} agreeKey
 * @property {string} commit
 * @property {string} unlock     "pin" or "platform"
 * @property {string} phoneName
 * @property {string} platform   "android", "ios" or "other"
 * @property {string} via        id of a device of this phone, or empty
 */

/** What the device key signs when a code is redeemed, spec §6.3. @param {string} origin @param {Redeem} r */
export function redeemText(origin, r) {
  return lines("redeem", origin, r.code, r.deviceKey, r.agreeKey, r.commit, r.unlock, r.phoneName, r.platform, r.via);
}

/**
 * What a device that is there already signs and proves for one more account, spec §6.8.
 * @param {string} origin
 * @param {Redeem} r
 * @param {string} nonce  of the server, spec §7
 */
export function addText(origin, r, nonce) {
  return lines("add", origin, r.via, r.code, r.deviceKey, r.agreeKey, r.commit, nonce);
}

/**
 * @typedef {object} Agreement  what both ends have to agree on; keys and nonces as base64url
 * @property {string} origin
 * @property {string} activation
 * @property {string} account
 * @property {string} device
 * @property {string} deviceKey
 * @property {string} agreeKey
 * @property {string} serverKey
 * @property {string} nonce       the server's
 * @property {string} phoneNonce
 * @property {string} unlock
 */

/** The text whose hash t binds the agreed keys to all that was said, spec §6.4. @param {Agreement} a */
export function transcriptText(a) {
  return lines("transcript", a.origin, a.activation, a.account, a.device, a.deviceKey, a.agreeKey, a.serverKey,
    a.nonce, a.phoneNonce, a.unlock);
}

/**
 * What the proof at the end of an activation covers, spec §6.5.
 * @param {string} origin
 * @param {string} activation
 * @param {string} device
 * @param {string} t
 * @param {string} unlock
 */
export const finishText = (origin, activation, device, t, unlock) =>
  lines("finish", origin, activation, device, t, unlock);

/**
 * What the person proves to leave an account, spec §12.6.
 * @param {string} origin
 * @param {string} device
 * @param {string} nonce
 */
export const removeText = (origin, device, nonce) => lines("remove", origin, device, nonce);

/**
 * What the person proves in an alarm that pauses a phone, spec §12.5.
 * @param {string} origin
 * @param {string} device
 * @param {number} notice
 * @param {string} nonce
 */
export const alarmText = (origin, device, notice, nonce) => lines("alarm", origin, device, String(notice), nonce);

/**
 * The transcript of a PIN change; keys and nonce as base64url.
 * @param {{origin: string, device: string, epoch: number, agreeKey: string, serverKey: string, nonce: string}} c
 */
export function pinTranscriptText(c) {
  return lines("pin-transcript", c.origin, c.device, String(c.epoch), c.agreeKey, c.serverKey, c.nonce);
}

/**
 * What is proven with the old key and with the new one when the PIN changes, spec §11.2.
 * @param {string} origin
 * @param {string} device
 * @param {number} epoch
 * @param {string} t
 */
export const pinChangeText = (origin, device, epoch, t) => lines("pin-change", origin, device, String(epoch), t);

/**
 * Agrees on a secret. The result derives keys and can't be read; it is never stored.
 * @param {CryptoKey} own    private half of the phone's agree key
 * @param {CryptoKey} other  the server's
 * @returns {Promise<CryptoKey>}
 */
export async function agree(own, other) {
  const z = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: other }, own, 256));
  const secret = await crypto.subtle.importKey("raw", z, "HKDF", false, ["deriveKey", "deriveBits"]);
  z.fill(0);
  return secret;
}

/**
 * Derives Kp or Kk, for HMAC-SHA-256, from an agreed secret.
 * @param {CryptoKey} secret  of agree
 * @param {Uint8Array<ArrayBuffer>} t     hash of the transcript
 * @param {"kp" | "kk"} name
 * @param {boolean} [toSeal]  gives a key that wrapKey takes; whoever asks for it drops it right after
 * @returns {Promise<CryptoKey>}
 */
export function deriveMacKey(secret, t, name, toSeal = false) {
  return crypto.subtle.deriveKey(hkdf(t, name), secret, MAC, toSeal, ["sign"]);
}

/**
 * Derives the digits that show that nobody stands between, spec §6.4.
 * @param {CryptoKey} secret
 * @param {Uint8Array<ArrayBuffer>} t
 * @returns {Promise<string>} six digits
 */
export async function checkCode(secret, t) {
  const bits = new DataView(await crypto.subtle.deriveBits(hkdf(t, "check"), secret, 64));
  return String(bits.getBigUint64(0) % 1_000_000n).padStart(6, "0");
}

/** @param {Uint8Array<ArrayBuffer>} t @param {string} name */
const hkdf = (t, name) => ({ name: "HKDF", hash: "SHA-256", salt: t, info: bytesOf("keyturn/v1 " + name) });
