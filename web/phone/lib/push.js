// Being woken: the browser's subscription, told to the server for each account.
// Spec §13.1. Keyturn works without it.

import { unb64 } from "./bytes.js";
import { later } from "./clock.js";
import { language } from "./words.js";

/** @typedef {import("./phone.js").Phone} Phone */

/**
 * none: this browser, or this server, has no notifications. denied: the person or the system forbids them.
 * ask: nobody was asked yet. off: allowed, but there is no subscription.
 * @typedef {"none" | "denied" | "ask" | "off" | "on"} PushState
 */

const PATIENCE = 15_000; // milliseconds in which a push service that can be reached answers

/**
 * How notifications stand in this browser. It fails only if the browser does.
 * @param {Phone} phone
 * @returns {Promise<PushState>}
 */
export async function pushState(phone) {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis) || !navigator.serviceWorker) return "none";
  const server = await phone.server().catch(() => null); // unknown: the browser alone says it
  if (server && !server.vapid_key) return "none";
  if (Notification.permission !== "granted") return Notification.permission === "denied" ? "denied" : "ask";
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription().catch(() => null)) ? "on" : "off";
}

/** Asks for the permission; the first statement of a tap. @returns {Promise<boolean>} */
export async function askPush() {
  return (await Notification.requestPermission()) === "granted";
}

/**
 * Subscribes, if there is no subscription under the server's key, and tells the
 * server for every account, with the language that pushes are to speak.
 * @param {Phone} phone
 * @param {{fresh?: boolean, meant?: boolean}} [how]
 *   fresh: the subscription that there may be is dead; meant: the person has just turned notifications on, so what was
 *   switched off in the portal is on again
 * @returns {Promise<boolean>} false if the browser's push service doesn't answer
 * @throws a Problem if the server doesn't take it for any account
 */
export async function registerPush(phone, { fresh = false, meant = false } = {}) {
  const subscription = await subscribe((await phone.server()).vapid_key, fresh);
  if (!subscription) return false;
  const { endpoint, keys } = subscription.toJSON();
  if (meant) await each(phone, active(phone), "DELETE");
  await each(phone, active(phone), "PUT", { endpoint, p256dh: keys?.p256dh, auth: keys?.auth, lang: language() });
  return true;
}

/** Ends it, for every account. @param {Phone} phone */
export async function endPush(phone) {
  await each(phone, phone.callers(), "DELETE");
  await dropPush();
}

/** Ends it here; the server finds out when it pushes next. */
export async function dropPush() {
  const worker = await navigator.serviceWorker?.getRegistration();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
}

/**
 * Has the server send one push.
 * @param {Phone} phone
 * @returns {Promise<boolean>} whether it was sent; whether it came, the worker tells
 */
export async function testPush(phone) {
  const off = new Set(phone.accounts().filter(({ push }) => push === "off").map(({ device }) => device));
  const row = active(phone).sort((a, b) => Number(off.has(a.id)) - Number(off.has(b.id)))[0];
  return row !== undefined && (await phone.signed(row, "POST", "/v1/push/test", {})).sent === true;
}

/** @param {Phone} phone */
const active = (phone) => phone.callers().filter(({ state }) => state === "active");

/**
 * One call for each account; what the server says of the phone is kept.
 * @param {Phone} phone @param {import("./device.js").Row[]} rows @param {"PUT" | "DELETE"} method @param {any} [body]
 */
async function each(phone, rows, method, body) {
  const done = await Promise.allSettled(rows.map(async (row) => {
    const { push } = await phone.signed(row, method, "/v1/push", body);
    phone.changed(row, { push });
  }));
  const failed = done.find((result) => result.status === "rejected");
  if (failed && !done.some((result) => result.status === "fulfilled")) throw failed.reason;
}

/**
 * @param {string} vapid
 * @param {boolean} fresh
 * @returns {Promise<PushSubscription | null>} null too where there is no worker, for which "ready" waits for ever
 */
async function subscribe(vapid, fresh) {
  const key = unb64(vapid ?? "", 65);
  if (!key) return null;
  // Null: no permission any more, or a system without a push service.
  return Promise.race([subscribed(key, fresh).catch(() => null), later(PATIENCE, null)]);
}

/** @param {Uint8Array<ArrayBuffer>} key @param {boolean} fresh */
async function subscribed(key, fresh) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  if (before && (fresh || !sameKey(before, key))) await before.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** @param {PushSubscription} subscription @param {Uint8Array} key */
function sameKey(subscription, key) {
  const used = subscription.options.applicationServerKey;
  return used !== null && new Uint8Array(used).every((byte, i) => byte === key[i]);
}
