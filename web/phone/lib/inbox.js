// What is waiting: one long call per device while the app is in front, none
// otherwise. A request is there as soon as the server answers. Spec §8.2, §8.3.

import { deadline } from "./clock.js";
import { Problem, isNetwork } from "./problem.js";
import { readChallenge } from "./protocol.js";

/** @typedef {import("./device.js").Row} Row */

/**
 * @typedef {object} Request
 * @property {string} id
 * @property {string} device
 * @property {{id: string, name: string}} account
 * @property {string} service
 * @property {string} state      "waiting", how it ended, or "refused": the app may not show it
 * @property {string} by         name of the phone that answered; else empty
 * @property {number} ends       milliseconds of this phone's clock; 0 when ended
 * @property {number | null} triesLeft
 * @property {import("./protocol.js").Challenge | null} challenge
 * @property {string | null} text    that the challenge was read from
 * @property {string | null} reason  why it is refused
 */

/**
 * @typedef {{device: string, account: {id: string, name: string}, notice: number, kind: string, time: number,
 *   detail: string, from: string, place: string, reference: string, pause: boolean}} Notice
 *   detail: name of the phone, or how many codes are left; pause: an alarm with the unlock pauses that phone, or ends
 *   those codes
 */

const WAIT = 25; // seconds, the longest that the server holds a call
const APART = 2; // seconds between two calls that are not held
const PAUSES = [1, 2, 4, 8, 15]; // seconds, while the network is away

/** The requests and notices of all devices of a phone. */
export class Inbox {
  /** @param {import("./devices.js").Devices} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {Map<string, {requests: Request[], notices: Notice[]}>} */
    this.parts = new Map();
    this.online = true;
    this.checked = 0;
    /** @type {Problem | null} */
    this.problem = null;
  }

  /** Newest first; those that ended follow those that wait. @returns {Request[]} */
  get requests() {
    const all = [...this.parts.values()].flatMap((part) => part.requests);
    /** @param {Request} request */
    const rank = ({ state, challenge }) => (state === "waiting" ? 1e12 : 0) + (challenge?.created ?? 0);
    return all.filter((request) => this.phone.rows.has(request.device)).sort((a, b) => rank(b) - rank(a));
  }

  /** @returns {Notice[]} newest first */
  get notices() {
    const all = [...this.parts.values()].flatMap((part) => part.notices);
    return all.filter((notice) => this.phone.rows.has(notice.device)).sort((a, b) => b.time - a.time);
  }

  /**
   * Asks for one device again and again until the signal.
   * @param {Row} row
   * @param {AbortSignal} signal
   * @param {boolean} hold  whether the server may keep the call until something differs
   */
  async listen(row, signal, hold) {
    let version = "";
    for (let failed = 0; !signal.aborted && this.phone.rows.has(row.id); ) {
      try {
        const before = version;
        const asked = Date.now();
        version = await this.ask(row, version, signal, hold);
        failed = 0;
        // A server that doesn't hold the call is not asked faster than this.
        if (!hold || (version === before && Date.now() - asked < 1000)) await pause(APART, signal);
      } catch (problem) {
        if (signal.aborted || !this.#missed(row, problem)) return;
        await pause(problem.retryAfter ?? PAUSES[Math.min(failed++, PAUSES.length - 1)], signal);
      }
    }
  }

  /**
   * @param {Row} row
   * @param {string} version  of an earlier answer; empty: answer at once
   * @param {AbortSignal} [signal]
   * @param {boolean} [hold]
   * @returns {Promise<string>} the version
   */
  async ask(row, version, signal, hold = false) {
    const wait = version && hold ? WAIT : 0;
    const query = version ? `?wait=${wait}&since=${encodeURIComponent(version)}` : "";
    const told = await this.phone.signed(row, "GET", "/v1/pending" + query, undefined, { signal, wait });
    const back = !this.online || this.problem;
    this.online = true;
    this.problem = null;
    this.checked = Date.now();
    if (told.version !== version || back) this.#take(row, told);
    return String(told.version ?? "");
  }

  /** This phone has just answered a request itself. @param {Request} request @param {string} state */
  ended(request, state) {
    Object.assign(request, { state, ends: 0 });
    this.phone.tell("inbox");
  }

  /** The person has just answered a notice here. @param {Notice} notice */
  over({ device, notice }) {
    const part = this.parts.get(device);
    if (part) part.notices = part.notices.filter((other) => other.notice !== notice);
    this.phone.tell("inbox");
  }

  /** @param {Row} row @param {any} told  the answer of spec §8.2 */
  #take(row, told) {
    const known = new Map(this.parts.get(row.id)?.requests.map((request) => [request.id, request]));
    /** @type {any[][]} */
    const [requests, notices] = [told.requests ?? [], told.notices ?? []];
    this.parts.set(row.id, {
      requests: requests.map((item) => this.#request(row, item, known.get(item.request))),
      notices: notices.map((item) => noticeOf(row, item)),
    });
    this.#call(row);
    this.phone.told(row, told.device);
    this.phone.tell("inbox");
  }

  /** Keeps the account's name if this phone is told of another. @param {Row} row */
  #call(row) {
    // The newest comes first.
    const name = this.parts.get(row.id)?.notices.find(({ kind }) => kind === "account_renamed")?.detail;
    if (!name || name === row.account.name) return;
    row.account.name = name;
    this.phone.keep(row).catch(() => {}); // kept the next time: the notice comes again
  }

  /** @param {Row} row @param {any} item @param {Request | undefined} before @returns {Request} */
  #request(row, item, before) {
    const common = { id: item.request, device: row.id, account: row.account, service: row.service, by: item.by ?? "",
      triesLeft: item.tries_left ?? null };
    if (typeof item.challenge !== "string") { // it ended: what was seen of it stays readable
      const { challenge = null, text = null } = before ?? {};
      return { ...common, state: item.state ?? "unknown", ends: 0, challenge, text, reason: null };
    }
    const own = { origin: this.phone.origin, device: row.id, account: row.account.id };
    const { challenge, refused } = readChallenge(item.challenge, own);
    const reason = refused ?? (challenge.request === item.request ? null : "request");
    if (reason) return { ...common, state: "refused", ends: 0, challenge: null, text: null, reason };
    const ends = deadline(item.expires_in ?? 0);
    return { ...common, state: "waiting", ends, challenge, text: item.challenge, reason: null };
  }

  /** Whether it is worth asking again. @param {Row} row @param {unknown} problem @returns {problem is Problem} */
  #missed(row, problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.code === "device_removed" || problem.code === "bad_call") return false;
    if (isNetwork(problem)) this.online = problem.code === "server_busy";
    this.problem = problem;
    this.phone.tell("inbox");
    return true;
  }
}

/** @param {Row} row @param {any} item  of spec §8.2 @returns {Notice} */
function noticeOf({ id: device, account }, item) {
  const { notice, kind, time, detail = "", from = "", place = "", reference = "", pause: pauses = false } = item;
  return { device, account, notice, kind, time, detail, from, place, reference, pause: pauses };
}

/** @param {number} seconds @param {AbortSignal} signal  ends it sooner @returns {Promise<void>} */
function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
