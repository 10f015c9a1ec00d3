// Calls of the device API, signed by a device or open. Spec §7, §14 and §16.

import { callText } from "./protocol.js";
import { sign } from "./pair.js";
import { Problem, is } from "./problem.js";
import { bytesOf } from "./text.js";

/**
 * @typedef {object} Options
 * @property {AbortSignal} [signal]
 * @property {number} [wait]    seconds for which the server may hold the call
 * @property {boolean} [safe]   changes nothing: a lost answer is no question
 * @property {string} [nonce]   to begin with, if a proof was made over it
 */

/**
 * A body, or what makes one for the nonce that the call will carry.
 * @typedef {any | ((nonce: string) => Promise<any>)} Body
 */

const PATIENCE = 20; // seconds, on top of those for which the server may wait
const NONCE_GOOD = 120_000; // milliseconds; the server takes one for 300 s

/** The server, as one phone calls it. */
export class Api {
  /** @param {string} origin @param {typeof fetch} [send] */
  constructor(origin, send = (input, init) => fetch(input, init)) {
    this.origin = origin;
    this.send = send;
    this.nonce = "";
    this.nonceMade = 0;
    /**
     * Whether the last call was answered; null before the first. Some phones say that they are offline, and aren't.
     * @type {boolean | null}
     */
    this.heard = null;
  }

  /**
   * A call that nobody signs.
   * @param {string} method
   * @param {string} path
   * @param {any} [body]
   * @param {Options} [options]
   */
  async open(method, path, body, options = {}) {
    return this.#call(method, new URL(path, this.origin), encode(body), {}, options);
  }

  /**
   * A call signed by a device. A nonce that is too old is repeated once, with
   * the newest, and with a body made anew.
   * @param {{id: string, kd: CryptoKey}} device
   * @param {string} method
   * @param {string} path  with query
   * @param {Body} [body]
   * @param {Options} [options]
   */
  async signed(device, method, path, body, options = {}) {
    for (const nonce of [options.nonce ?? (await this.fresh()), ""]) {
      try {
        return await this.#signed(device, method, path, body, options, nonce || this.nonce);
      } catch (problem) {
        if (!is(problem, "use_nonce")) throw problem;
      }
    }
    throw new Problem("server_busy"); // a server that takes none of its own nonces
  }

  /** @returns {Promise<string>} a nonce that is good for some minutes */
  async fresh() {
    const old = !this.nonce || Date.now() - this.nonceMade > NONCE_GOOD;
    if (old) await this.open("GET", "/v1/server", undefined, { safe: true });
    return this.nonce;
  }

  /**
   * @param {{id: string, kd: CryptoKey}} device
   * @param {string} method @param {string} path @param {Body} body @param {Options} options @param {string} nonce
   */
  async #signed(device, method, path, body, options, nonce) {
    const url = new URL(path, this.origin);
    const bytes = encode(typeof body === "function" ? await body(nonce) : body);
    const call = { origin: this.origin, method, target: url.pathname + url.search, device: device.id, nonce };
    const signature = await sign(device.kd, await callText(call, bytes));
    const Authorization = `Keyturn device=${device.id}, nonce=${nonce}, signature=${signature}`;
    return this.#call(method, url, bytes, { Authorization }, options);
  }

  /**
   * @param {string} method @param {URL} url @param {Uint8Array<ArrayBuffer>} body
   * @param {Record<string, string>} headers @param {Options} options
   */
  async #call(method, url, body, headers, { signal, wait = 0, safe = method === "GET" }) {
    if (signal?.aborted) throw new Problem("offline"); // nobody waits for it any more
    const lost = safe || (navigator.onLine === false && !this.heard) ? "offline" : "unsure";
    const stop = new AbortController();
    const give = () => stop.abort();
    signal?.addEventListener("abort", give);
    const timer = setTimeout(give, (wait + PATIENCE) * 1000);
    try {
      const answer = await this.send(url, {
        method, signal: stop.signal, body: body.length ? body : undefined,
        headers: body.length ? { ...headers, "Content-Type": "application/json" } : headers,
        credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
      });
      this.heard = true;
      this.#keep(answer.headers.get("Keyturn-Nonce"));
      const read = await answer.json();
      if (answer.ok) return read;
      throw Problem.read(read, answer.headers.get("Retry-After"));
    } catch (problem) {
      if (problem instanceof Problem) throw problem;
      if (!signal?.aborted) this.heard = false;
      throw new Problem(lost);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", give);
    }
  }

  /** @param {string | null} nonce */
  #keep(nonce) {
    if (!nonce) return;
    this.nonce = nonce;
    this.nonceMade = Date.now();
  }
}

/** @param {any} body */
function encode(body) {
  return bytesOf(body === undefined ? "" : JSON.stringify(body));
}

