// Starts the service worker and hears from it.

import { later } from "./clock.js";

const ADDRESS = new URL("../sw.js", import.meta.url).href;

/** The one Trusted Types policy. It returns the worker's address, whatever it is given. */
const { trustedTypes } = /** @type {any} */ (globalThis);
const policy = trustedTypes?.createPolicy("keyturn-worker", { createScriptURL: () => ADDRESS });

/**
 * Registers the worker. A newer version of the app takes over at the next
 * start, never in the middle of anything.
 * @returns {Promise<ServiceWorkerRegistration | null>} null where there are none
 */
export async function startWorker() {
  try {
    const address = policy ? policy.createScriptURL("") : ADDRESS;
    return await navigator.serviceWorker.register(address, { updateViaCache: "none" });
  } catch {
    return null; // without one the app works, but not offline and without notifications
  }
}

const PATIENCE = 3000; // milliseconds for what a worker answers at once
const TAKING = 10_000; // milliseconds for the worker of before to end
const ALONE = 500; // milliseconds: a page that is being replaced lets go of its lock a moment later
// Held, shared, by every window of the app; alone by the one that lets a newer version in.
const LOCK = "keyturn window";

/** @template T @param {Promise<T>} answer @param {T} without @param {number} [patience] @returns {Promise<T>} */
const soon = (answer, without, patience = PATIENCE) => Promise.race([answer, later(patience, without)]);

/** @param {EventTarget} target @param {string} event @returns {Promise<Event>} the next one */
const next = (target, event) => new Promise((resolve) => target.addEventListener(event, resolve, { once: true }));

/**
 * Asks the worker which version it is; it never fails.
 * @returns {Promise<string>} the version that runs here; empty: this window's files came from the server
 */
export async function version() {
  const worker = navigator.serviceWorker?.controller;
  return worker ? ask(worker, "version", "") : "";
}

/**
 * @template T
 * @param {ServiceWorker} worker
 * @param {string} what
 * @param {T} without  if it doesn't answer
 * @returns {Promise<T>}
 */
function ask(worker, what, without) {
  const { port1, port2 } = new MessageChannel();
  /** @type {Promise<T>} */
  const told = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  worker.postMessage(what, [port2]);
  return soon(told, without);
}

/**
 * Brings a newer version, if there is one. What runs goes on.
 * @returns {Promise<boolean>} whether one waits
 * @throws if it can't be had
 */
export async function bringNewer() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update();
  const coming = registration?.installing;
  while (coming?.state === "installing") await next(coming, "statechange");
  if (coming?.state === "redundant") throw new Error("the newer version can't be kept");
  return Boolean(registration?.waiting);
}

/**
 * Lets a newer version that waits begin, if no other window of the app is open. It is for the very start: the page is
 * then loaded again, before it has shown or loaded anything more. The browser would wait until no window is left, and a
 * page that is loaded again is one.
 */
export async function takeOver() {
  const registration = navigator.serviceWorker?.getRegistration().catch(() => undefined);
  const waiting = (await soon(registration ?? Promise.resolve(undefined), undefined))?.waiting;
  if (!waiting) return;
  const enough = new AbortController();
  setTimeout(() => enough.abort(), ALONE);
  // It fails if another window is open.
  await navigator.locks.request(LOCK, { signal: enough.signal }, () => take(waiting)).catch(() => {});
}

/**
 * Once for each version: a browser that keeps it waiting all the same starts with the one of before.
 * @param {ServiceWorker} waiting
 */
async function take(waiting) {
  const version = await ask(waiting, "version", "");
  if (!version || sessionStorage.getItem("keyturn.taken") === version) return;
  sessionStorage.setItem("keyturn.taken", version);
  const taken = next(navigator.serviceWorker, "controllerchange");
  waiting.postMessage("take");
  await soon(taken, null, TAKING);
  location.reload();
  await new Promise(() => {}); // the lock goes with the page: what starts meanwhile waits for it
}

/**
 * Says that this window is open, until it closes: no version changes under it. Waits while another one lets a newer
 * version in.
 */
export async function stay() {
  const here = new Promise((resolve) => {
    const hold = () => (resolve(true), new Promise(() => {}));
    const held = navigator.locks?.request(LOCK, { mode: "shared" }, hold);
    held ? held.catch(() => resolve(false)) : resolve(false);
  });
  await soon(here, false, TAKING);
}

/**
 * Tells if this page is of another version than the parts that it would load: a newer one began while it was being
 * loaded, or a browser was late. A page that is loaded again and is still another was kept wrongly: its copy is given
 * up, so that the next start takes the server's.
 * @param {string} own  of the page
 * @param {(first: boolean) => void} told  whether it is the first time that these two meet
 */
export function onOther(own, told) {
  const look = async () => {
    const now = await version();
    const shell = "keyturn-shell-" + now;
    const kept = now && now !== own && (await caches.match("./", { cacheName: shell }).catch(() => undefined));
    if (!kept) return; // without room for it the server's is shown, whatever the worker's is
    const first = meet(own + " " + now);
    if (!first) await caches.open(shell).then((cache) => cache.delete("./")).catch(() => {});
    told(first);
  };
  navigator.serviceWorker?.addEventListener("controllerchange", look);
  look();
}

/** @param {string} pair @returns {boolean} whether it is the first time in this window, even if it was loaded again */
function meet(pair) {
  try {
    const first = sessionStorage.getItem("keyturn.met " + pair) === null;
    sessionStorage.setItem("keyturn.met " + pair, "once");
    return first;
  } catch {
    return false; // it couldn't be told from the next time
  }
}

let asked = false;

/** Has the worker keep all screens, now that the phone has an account: any of them may be wanted without a network. */
export function keepAll() {
  if (asked) return;
  asked = true;
  navigator.serviceWorker?.ready.then((worker) => worker.active?.postMessage("keep"));
}

/**
 * What the worker tells: a push came while the app is open, its notification was
 * tapped, or the browser has another subscription.
 * @param {(what: "push" | "tap" | "renew") => void} told
 * @returns {() => void} stops it
 */
export function hear(told) {
  const heard = (/** @type {MessageEvent} */ { data }) => ["push", "tap", "renew"].includes(data) && told(data);
  navigator.serviceWorker?.addEventListener("message", heard);
  return () => navigator.serviceWorker?.removeEventListener("message", heard);
}
