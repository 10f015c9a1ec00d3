// Starts the service worker and hears from it.

const ADDRESS = new URL("../sw.js", import.meta.url).href;

/** The one Trusted Types policy. It returns the worker's address, whatever it is given. */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("keyturn-worker", { createScriptURL: () => ADDRESS });

/**
 * Registers the worker. A newer version of the app takes over at the next
 * launch, never in the middle of a request.
 * @returns {Promise<ServiceWorkerRegistration | null>} null where there are none
 */
export async function startWorker() {
  try {
    return await navigator.serviceWorker.register(policy ? policy.createScriptURL("") : ADDRESS, { updateViaCache: "none" });
  } catch {
    return null; // without one the app works, but not offline and without notifications
  }
}

const PATIENCE = 3000; // milliseconds for what a worker answers at once

/** @template T @param {Promise<T>} answer @param {T} without @returns {Promise<T>} */
const soon = (answer, without) => Promise.race([answer, new Promise((/** @type {(value: T) => void} */ resolve) => setTimeout(resolve, PATIENCE, without))]);

/** @returns {Promise<string>} the version that runs here; empty: this window's files came from the server */
export async function version() {
  const worker = navigator.serviceWorker?.controller;
  return worker ? ask(worker, "version", "") : "";
}

/** @template T @param {ServiceWorker} worker @param {string} what @param {T} without  if it doesn't answer @returns {Promise<T>} */
function ask(worker, what, without) {
  const { port1, port2 } = new MessageChannel();
  const told = new Promise((/** @type {(answer: T) => void} */ resolve) => (port1.onmessage = ({ data }) => resolve(data)));
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
  while (coming?.state === "installing") await new Promise((resolve) => coming.addEventListener("statechange", resolve, { once: true }));
  if (coming?.state === "redundant") throw new Error("the newer version can't be kept");
  return Boolean(registration?.waiting);
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
