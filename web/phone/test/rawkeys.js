// Keys out of the bytes that vectors hold. The app itself has no such function.

import { b64, unb64 } from "../lib/bytes.js";

/** @param {string} text @param {string} [hash] */
export function macKey(text, hash = "SHA-256") {
  return crypto.subtle.importKey("raw", unb64(text), { name: "HMAC", hash }, true, ["sign"]);
}

/** @param {string} text  a public key, 65 bytes */
export function verifyKey(text) {
  return crypto.subtle.importKey("raw", unb64(text), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
}

/** @param {string} scalar @param {string} point  the public half */
export function agreePrivate(scalar, point) {
  const bytes = unb64(point);
  const jwk = { kty: "EC", crv: "P-256", d: scalar, x: b64(bytes.slice(1, 33)), y: b64(bytes.slice(33)) };
  return crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
}

/** @param {CryptoKey} key @param {string} text @param {string} signature */
export function verifies(key, text, signature) {
  const bytes = unb64(signature, 64); // DER and other lengths are refused
  return bytes !== null
    && crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes, new TextEncoder().encode(text));
}

/** @param {CryptoKey} key */
export async function raw(key) {
  return b64(await crypto.subtle.exportKey("raw", key));
}
