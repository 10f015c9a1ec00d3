// What a phone keeps: its devices with their keys, and a few settings. Keys lie
// here as objects of the browser that can't be exported. Never kept: Kk in PIN
// mode, and anything computed from it, spec §4.3.

import { Problem } from "./problem.js";
import { Store, done } from "./store.js";

/** @typedef {import("./device.js").Row} Row */

const ROOM = 16384; // bytes, more than a row has

/** The storage of one phone. Safe to use from several tabs. */
export class Keys {
  /** Ids of devices that are kept and can't be read just now. @type {string[]} */
  unread = [];

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /**
   * @param {string} [name]
   * @throws {Problem} no_storage: there is none; storage: not this time
   */
  static async open(name = "keyturn") {
    return new Keys(await Store.open(name));
  }

  /**
   * After a reset in another window nothing works but this: what is held is from before.
   * @returns {Promise<Row[]>} oldest first
   */
  async devices() {
    if (this.store.shut) await this.store.again();
    const [rows, ids] = await this.store.step("devices", "readonly", (store) =>
      Promise.all([done(store.getAll()), done(store.getAllKeys())]));
    // A key that its system doesn't hand out makes a row null.
    this.unread = ids.map(String).filter((_, i) => !rows[i]?.kd);
    return rows.filter((row) => row?.kd).sort((a, b) => a.added - b.added);
  }

  /** @param {Row} row  new, or read before: its counter and what is sealed under the PIN are left as they are stored */
  save(row) {
    return this.#write("devices", async (store) => {
      const stored = readable(await done(store.get(row.id)));
      const { next, earlier, ...rest } = row;
      store.put({ ...rest, ...(stored && sealedOf(stored)), counter: Math.max(row.counter, stored?.counter ?? 0) });
    });
  }

  /**
   * Keeps new sealed keys beside those that there are, of all in one step.
   * @param {Map<string, import("./device.js").Sealed>} next  by device
   */
  beginChange(next) {
    return this.#write("devices", async (store) => {
      for (const row of (await done(store.getAll())).map(readable)) {
        if (next.has(row.id)) store.put({ ...row, next: next.get(row.id) });
      }
    });
  }

  /**
   * Keeps one of the two, of all in one step.
   * @param {boolean} changed  the new ones; accounts that weren't in it have the earlier PIN then
   */
  endChange(changed) {
    return this.#write("devices", async (store) => {
      for (const { next, ...row } of (await done(store.getAll())).map(readable)) {
        const { earlier, ...before } = row;
        if (next) store.put(changed ? { ...before, epoch: next.epoch, ck: next.ck, salt: next.salt } : row);
        else if (changed && row.unlock === "pin" && row.state !== "removed") store.put({ ...row, earlier: true });
      }
    });
  }

  /**
   * Whether a key can be kept: tried with one, and with room for its row. What is kept of it is deleted again.
   * @param {CryptoKey} key
   * @throws {Problem} no_room, no_storage, storage
   */
  async tries(key) {
    await this.set("tried", { key, room: new Uint8Array(ROOM) });
    const kept = await this.setting("tried");
    await this.#write("settings", async (store) => void store.delete("tried"));
    if (!kept?.key) throw new Problem("no_storage");
  }

  /** @param {string} id */
  forget(id) {
    return this.#write("devices", async (store) => void store.delete(id));
  }

  /**
   * The counter for the next answer, durably written before it is returned: no
   * two answers of a device may ever carry the same one, spec §8.6.
   * @param {string} id
   * @returns {Promise<number>}
   */
  async count(id) {
    const counter = await this.#write("devices", async (store) => {
      const row = readable(await done(store.get(id)));
      if (!row) return 0; // removed in another tab
      store.put({ ...row, counter: row.counter + 1 });
      return row.counter + 1;
    });
    if (counter === 0) throw new Problem("bad_call");
    return counter;
  }

  /** @param {string} id @returns {Promise<number>} */
  counter(id) {
    return this.store.step("devices", "readonly", async (store) => readable(await done(store.get(id)))?.counter ?? 0);
  }

  /** @param {string} key @returns {Promise<any>} */
  setting(key) {
    return this.store.step("settings", "readonly", (store) => done(store.get(key)));
  }

  /** @param {string} key @param {any} value */
  set(key, value) {
    return this.#write("settings", async (store) => void store.put(value, key));
  }

  /** Deletes everything, and begins anew. */
  reset() {
    return this.store.reset();
  }

  /** @template T @param {"devices" | "settings"} name @param {(store: IDBObjectStore) => Promise<T>} change */
  #write(name, change) {
    return this.store.step(name, "readwrite", change);
  }
}

/** What only a change of the PIN moves: another tab may hold what was before. @param {Row} row */
function sealedOf({ ck, salt, epoch, next, earlier }) {
  return { epoch, ...(ck && { ck, salt }), ...(next && { next }), ...(earlier && { earlier }) };
}

/**
 * A row that isn't there is undefined; one that can't be read is null, and nothing may be written over it.
 * @param {any} row
 */
function readable(row) {
  if (row === null) throw new Problem("storage");
  return row;
}
