// The devices of this phone, in memory as in the storage, and what their calls
// say about them.

import { Activation } from "./activation.js";
import { Api } from "./api.js";
import { random } from "./bytes.js";
import { accountOf, stateAfter } from "./device.js";
import { Problem } from "./problem.js";

/** @typedef {import("./device.js").Account} Account */
/** @typedef {import("./device.js").Row} Row */

/** All of them. */
export class Devices {
  /** @param {string} origin @param {import("./keys.js").Keys} keys @param {typeof fetch} [send] */
  constructor(origin, keys, send) {
    this.origin = origin;
    this.host = new URL(origin).host;
    this.keys = keys;
    this.api = new Api(origin, send);
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {Map<string, Account>} */
    this.shown = new Map();
    /** @type {Map<string, Activation>} */
    this.activations = new Map();
    /** Names of accounts by device, of those whose keys can't be read just now. @type {Map<string, string>} */
    this.unread = new Map();
    this.events = new EventTarget();
  }

  /** Reads the storage again. Who holds a row sees what is new in it, and keeps what can't be read just now. */
  async reload() {
    const kept = await this.keys.devices();
    const held = this.keys.unread.map((id) => this.rows.get(id)).filter((row) => row !== undefined);
    const unread = this.keys.unread.filter((id) => !this.rows.has(id));
    const known = unread.length ? (await this.keys.setting("known")) ?? {} : {};
    this.unread = new Map(unread.map((id) => [id, known[id] ?? ""]));
    this.rows = new Map([...kept, ...held].map((row) => [row.id, renewed(this.rows.get(row.id), row)]));
    this.tell("accounts");
  }

  /** From now on reads the storage again when another tab has changed the PIN, or reset the phone. */
  hearOthers() {
    this.others = new BroadcastChannel("keyturn pin " + this.keys.store.name);
    this.others.onmessage = () => this.reload().catch(() => {});
  }

  /** Has other tabs read the storage again. */
  toldOthers() {
    this.others?.postMessage(0);
  }

  /** @returns {Account[]} oldest first, ended ones too, unfinished ones not */
  accounts() {
    const rows = [...this.rows.values()].filter((row) => row.state !== "unfinished");
    return rows.map((row) => {
      const { state, ended, earlier = false } = row;
      return { ...accountOf(row), ...this.shown.get(row.id), state, ended, earlier };
    });
  }

  /** @returns {Activation[]} */
  unfinished() {
    const rows = [...this.rows.values()].filter((row) => row.state === "unfinished");
    return rows.map((row) => {
      const known = this.activations.get(row.id) ?? new Activation(this, row);
      this.activations.set(row.id, known);
      return known;
    });
  }

  /** @param {string} device @returns {Row} @throws {Problem} bad_call if there is none */
  row(device) {
    const row = this.rows.get(device);
    if (!row) throw new Problem("bad_call");
    return row;
  }

  /** Names of accounts that this phone was set up for, and has no key of. @returns {Promise<string[]>} */
  async lost() {
    const known = await this.keys.setting("known");
    if (!known) return this.forgetLost().then(() => []); // from before they were kept
    const gone = Object.keys(known).filter((device) => !this.rows.has(device) && !this.unread.has(device));
    return gone.map((device) => known[device]);
  }

  /** Keeps whose devices there are, without keys. @param {string} device @param {string} [name]  none: forgets it */
  async #known(device, name) {
    const { [device]: before, ...known } = (await this.keys.setting("known")) ?? {};
    if (before !== name) await this.keys.set("known", name ? { ...known, [device]: name } : known);
  }

  /** Those that still may call: a removed device's keys are not used any more. */
  callers() {
    return [...this.rows.values()].filter((row) => !["unfinished", "removed", "unknown"].includes(row.state));
  }

  /** @param {() => void} told  accounts or unfinished changed @returns {() => void} stops it */
  onChange(told) {
    return this.on("accounts", told);
  }

  /** Stores a device. @param {Row} row */
  async keep(row) {
    await this.keys.save(row);
    this.rows.set(row.id, row);
    if (row.state === "active") await this.#known(row.id, row.account.name);
    this.tell("accounts");
  }

  /** The person knows that the keys are gone. */
  async forgetLost() {
    const rows = [...this.rows.values()].filter(({ state }) => state !== "unfinished");
    const names = rows.map(({ id, account }) => [id, account.name]);
    await this.keys.set("known", Object.fromEntries([...this.unread, ...names]));
  }

  /** Forgets the account's devices of before. @param {Row} by  the one that is active now */
  async supersede(by) {
    const older = [...this.rows.values()].filter(({ id, account, state }) =>
      id !== by.id && account.id === by.account.id && state !== "unfinished");
    for (const { id } of older) await this.forget(id);
    for (const [id, name] of this.unread) if (name === by.account.name) await this.forget(id);
  }

  /** Deletes a device's keys here. The server is not told. @param {string} device */
  async forget(device) {
    await this.keys.forget(device);
    await this.#known(device);
    this.rows.delete(device);
    this.unread.delete(device);
    this.shown.delete(device);
    this.activations.delete(device);
    this.tell("accounts");
  }

  /** Deletes all that Keyturn keeps on this phone. */
  async reset() {
    await this.keys.reset();
    this.rows.clear();
    this.toldOthers();
    this.tell("accounts");
  }

  /**
   * A signed call; what its failure says about the device is kept.
   * @param {Row} row
   * @param {string} method
   * @param {string} path
   * @param {import("./api.js").Body} [body]
   * @param {import("./api.js").Options} [options]
   */
  async signed(row, method, path, body, options) {
    const { state, ended } = this.rows.get(row.id) ?? row;
    if (state === "removed") throw new Problem("device_removed", ended ?? {});
    try {
      return await this.api.signed(row, method, path, body, options);
    } catch (problem) {
      const after = problem instanceof Problem && state !== "unfinished" ? stateAfter(problem) : null;
      if (after) await this.#note(row.id, after.state, after.ended);
      throw problem;
    }
  }

  /** Takes what the server says of a device. @param {Row} row @param {any} device  the member of spec §8.2 */
  async told(row, device) {
    if (!device) return;
    this.shown.set(row.id, accountOf(row, device, Date.now()));
    const { state, reason, to, time } = device;
    const why = state === "suspended" ? { reason: reason ?? null, to: to ?? null, time: time ?? null } : null;
    if (["active", "suspended", "pin_locked"].includes(state)) await this.#note(row.id, state, why);
    this.tell("accounts");
  }

  /** Takes what a call has changed, until the server says more. @param {Row} row @param {Partial<Account>} change */
  changed(row, change) {
    this.shown.set(row.id, { ...(this.shown.get(row.id) ?? accountOf(row)), ...change });
    this.tell("accounts");
  }

  /** 32 random bytes that name this phone to its system, made once. @returns {Promise<Uint8Array<ArrayBuffer>>} */
  async userHandle() {
    const user = (await this.keys.setting("user")) ?? random(32);
    await this.keys.set("user", user);
    return user;
  }

  /** @param {string} id @param {Row["state"]} state @param {Row["ended"]} ended */
  async #note(id, state, ended) {
    const row = this.rows.get(id);
    if (!row || (row.state === state && (!ended || JSON.stringify(row.ended) === JSON.stringify(ended)))) return;
    Object.assign(row, { state, ended });
    // A server that doesn't know the phone may be one that is set up wrongly for a while.
    if (state === "unknown") this.tell("accounts");
    else await this.keep(row);
  }

  /** @param {"accounts" | "inbox"} what @param {() => void} told  it changed @returns {() => void} stops it */
  on(what, told) {
    this.events.addEventListener(what, told);
    return () => this.events.removeEventListener(what, told);
  }

  /** Says that something changed. @param {"accounts" | "inbox"} what */
  tell(what) {
    this.events.dispatchEvent(new Event(what));
  }
}

/** @param {Row | undefined} held @param {Row} row @returns {Row} the same object, if there is one */
function renewed(held, row) {
  if (!held) return row;
  for (const part of /** @type {(keyof Row)[]} */ (Object.keys(held))) if (!(part in row)) delete held[part];
  return Object.assign(held, row);
}
