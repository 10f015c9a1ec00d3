// Being woken: the browser's subscription, told to the server for each account.
// Spec §13.1. Keyturn works without it.

import { unb64 } from "./bytes.js";
import { isNetwork } from "./problem.js";

/** @typedef {import("./phone.js").Phone} Phone */

/** @returns {Promise<"on" | "off" | "denied" | "none">} none: this browser has no push */
export async function pushState() {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis) || !navigator.serviceWorker) return "none";
  if (Notification.permission === "denied") return "denied";
  const worker = await navigator.serviceWorker.getRegistration();
  return Notification.permission === "granted" && (await worker?.pushManager.getSubscription()) ? "on" : "off";
}

/** Asks for the permission; the first statement of a tap. @returns {Promise<boolean>} */
export async function askPush() {
  return (await Notification.requestPermission()) === "granted";
}

/**
 * Subscribes, if there is no subscription under the server's key, and tells the
 * server for every account.
 * @param {Phone} phone
 * @returns {Promise<boolean>} false if the browser's push service doesn't answer
 */
export async function registerPush(phone) {
  const key = unb64((await phone.server()).vapid_key, 65);
  if (!key) return false;
  try {
    const { pushManager } = await navigator.serviceWorker.ready;
    const before = await pushManager.getSubscription();
    if (before && !sameKey(before, key)) await before.unsubscribe();
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    const body = { endpoint, p256dh: keys?.p256dh, auth: keys?.auth };
    const rows = phone.callers().filter((row) => row.state === "active");
    await Promise.all(rows.map((row) => phone.signed(row, "PUT", "/v1/push", body)));
    return true;
  } catch {
    return false;
  }
}

/**
 * At every start: phones drop subscriptions silently. Asks nothing of the person.
 * @param {Phone} phone
 */
export async function repairPush(phone) {
  const allowed = "Notification" in globalThis && Notification.permission === "granted";
  return allowed && "PushManager" in globalThis ? registerPush(phone) : false;
}

/**
 * Has the server send one push.
 * @param {Phone} phone
 * @returns {Promise<boolean>} whether it was sent; whether it came, onPush tells
 */
export async function testPush(phone) {
  const row = phone.callers().find((row) => row.state === "active");
  if (!row) return false;
  try {
    return (await phone.signed(row, "POST", "/v1/push/test", {})).sent === true;
  } catch (problem) {
    if (isNetwork(problem)) throw problem;
    return false;
  }
}

/** @param {PushSubscription} subscription @param {Uint8Array} key */
function sameKey(subscription, key) {
  const used = subscription.options.applicationServerKey;
  return used !== null && new Uint8Array(used).every((byte, i) => byte === key[i]);
}
