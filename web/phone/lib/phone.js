// A phone: what it is asked, and all that it can do. Views need little else. Twin
// of the Go package phone. What the first screen doesn't need is loaded late.

import { Devices } from "./devices.js";
import { Inbox } from "./inbox.js";
import { Keys } from "./keys.js";
import { loaded } from "./load.js";
import { Problem, is } from "./problem.js";

/** @typedef {import("./inbox.js").Request} Request */
/** @typedef {import("./prepare.js").Look} Look */

const HELD = 4; // calls that wait at the server: a browser has six connections where there is no HTTP/2

/** One phone. Several tabs may each have one; the storage settles who is first. */
export class Phone extends Devices {
  inbox = new Inbox(this);
  /** @type {any} */
  info = null;

  /**
   * @param {{origin?: string, name?: string, send?: typeof fetch}} [options]
   *   name: of the storage; send: instead of fetch
   * @throws {Problem} no_storage, storage
   */
  static async open({ origin = location.origin, name, send } = {}) {
    const phone = new Phone(origin, await Keys.open(name), send);
    await phone.reload();
    phone.hearOthers();
    return phone;
  }

  /** @param {string} id @returns {Request | null} */
  request(id) {
    return this.inbox.requests.find((request) => request.id === id) ?? null;
  }

  /** @param {(inbox: Inbox) => void} told @returns {() => void} stops it */
  onInbox(told) {
    return this.on("inbox", () => told(this.inbox));
  }

  /** @param {string} code  16 symbols */
  async look(code) {
    return (await loaded(import("./prepare.js"))).look(this, code);
  }

  /** @param {Look} look @param {{name: string, unlock?: "pin" | "platform"}} options */
  async prepare(look, options) {
    return (await loaded(import("./prepare.js"))).prepare(this, look, options);
  }

  /** What the server says of itself; asked once, or anew. @returns {Promise<any>} spec §14 */
  async server(anew = false) {
    if (anew) this.info = null;
    this.info ??= await this.api.open("GET", "/v1/server");
    return this.info;
  }

  /**
   * One call in front for each device, until the signal. Devices that come in the
   * meantime join.
   * @param {AbortSignal} signal
   */
  async listen(signal) {
    await this.reload().catch(() => {}); // what is in memory answers too
    /** @type {Map<string, Promise<void>>} */
    const running = new Map();
    const begin = () => {
      for (const row of this.callers()) {
        if (!running.has(row.id)) running.set(row.id, this.inbox.listen(row, signal, running.size < HELD));
      }
    };
    const stop = this.onChange(begin);
    begin();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    stop();
    await Promise.all(running.values());
  }

  /** Looks at everything once, now. */
  async check() {
    await Promise.all(this.callers().map((row) => this.inbox.ask(row, "").catch(() => {})));
  }

  /** A hint for the waiting page. @param {Request} request @param {"opened" | "scanned" | "unlocking"} at */
  seen({ id, device }, at) {
    return this.signed(this.row(device), "POST", `/v1/requests/${id}/seen`, { at }, { safe: true }).catch(() => {});
  }

  /**
   * @param {Request} request
   * @param {"approve" | "deny" | "report"} decision
   * @param {import("./answer.js").Carried} [carried]
   */
  async answer(request, decision, carried = {}) {
    if (decision === "approve") await this.pinReady(request.device);
    const { Answer } = await loaded(import("./answer.js"));
    return new Answer(this, request, decision, carried).ready();
  }

  /** @param {Request} request @param {import("./answer.js").Carried} carried @param {string} [pin] */
  async approve(request, carried, pin) {
    return (await this.answer(request, "approve", carried)).send(pin);
  }

  /** @param {Request} request */
  async deny(request) {
    return (await this.answer(request, "deny")).send();
  }

  /** "It wasn't me". @param {Request} request */
  async report(request) {
    return (await this.answer(request, "report")).send();
  }

  /** @param {string} device */
  async offline(device) {
    await this.pinReady(device);
    const { Offline } = await loaded(import("./offline.js"));
    return new Offline(this.row(device), this.origin);
  }

  /** @param {string} device */
  async leave(device) {
    await this.pinReady(device);
    const { leave } = await loaded(import("./leave.js"));
    const call = await leave(this, this.row(device));
    const send = call.send.bind(call);
    call.send = (pin) => send(pin).catch(alreadyRemoved).then(() => this.forget(device));
    return call;
  }

  /** @param {import("./inbox.js").Notice} notice @param {"seen" | "alarm"} action */
  notice({ device, notice }, action) {
    return this.signed(this.row(device), "POST", `/v1/notices/${notice}`, { action });
  }

  /** An alarm that also pauses a phone in its first 24 hours. @param {import("./inbox.js").Notice} notice */
  async alarm({ device, notice }) {
    await this.pinReady(device);
    const { alarm } = await loaded(import("./leave.js"));
    return alarm(this, this.row(device), notice);
  }

  /** Whether it isn't known which PIN the server has. */
  get pinOpen() {
    return [...this.rows.values()].some((row) => row.next && row.state !== "removed");
  }

  /** @returns {Promise<import("./pinchange.js").Outcome>} @throws {Problem} pin_unsettled */
  async settle() {
    return this.pinOpen ? (await loaded(import("./pinchange.js"))).settle(this) : "settled";
  }

  /**
   * Before a PIN is asked for: it has to be known which one it is.
   * @param {string} device
   * @throws {Problem} pin_unsettled, pin_earlier
   */
  async pinReady(device) {
    if (this.row(device).unlock !== "pin") return;
    await this.settle();
    if (this.row(device).earlier) throw new Problem("pin_earlier");
  }

  /** @param {{current: string, next: string, earlier?: string}} pins */
  async changePin(pins) {
    return (await loaded(import("./pinchange.js"))).changePin(this, pins);
  }

  /** @param {string} key @returns {Promise<any>} */
  setting(key) {
    return this.keys.setting(key);
  }

  /** @param {string} key @param {any} value */
  setSetting(key, value) {
    return this.keys.set(key, value);
  }
}

/** The account may be gone already, as was wanted. @param {unknown} problem */
function alreadyRemoved(problem) {
  if (!is(problem, "device_removed")) throw problem;
}
