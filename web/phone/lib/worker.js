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

/** @returns {Promise<string>} the version that runs; empty while there is none, or a newer one waits for the next launch */
export async function version() {
  const kept = await caches.keys().catch(() => []);
  const shells = kept.filter((name) => name.startsWith("keyturn-shell-"));
  return shells.length === 1 ? shells[0].slice("keyturn-shell-".length) : "";
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
