// What a phone keeps: its devices with their keys, and a few settings. Keys lie
// here as objects of the browser that can't be exported. Never kept: Kk in PIN
// mode, and anything computed from it, spec §4.3.

import { Problem } from "./problem.js";

/** @typedef {import("./device.js").Row} Row */

const VERSION = 1; // of the storage; a change adds an arm to upgrade

/** The storage of one phone. Safe to use from several tabs. */
export class Keys {
  /** @param {IDBDatabase} db */
  constructor(db) {
    this.db = db;
    this.#watch();
  }

  /**
   * @param {string} [name]
   * @throws {Problem} no_storage
   */
  static async open(name = "keyturn") {
    return new Keys(await opened(name));
  }

  /** A newer version of the app, or a reset in another window, waits for the end of this one's. */
  #watch() {
    const { db } = this;
    this.shut = false;
    db.onversionchange = () => {
      db.close();
      this.shut = true;
    };
  }

  async #again() {
    this.db = await opened(this.db.name);
    this.#watch();
  }

  /** After a reset in another window nothing works but this: what is held is what was before. @returns {Promise<Row[]>} oldest first */
  async devices() {
    if (this.shut) await this.#again();
    const rows = await done(this.db.transaction("devices").objectStore("devices").getAll());
    return rows.sort((/** @type {Row} */ a, /** @type {Row} */ b) => a.added - b.added);
  }

  /** @param {Row} row  new, or read before: its counter and what is sealed under the PIN are left as they are stored */
  save(row) {
    return this.#write("devices", async (store) => {
      const stored = await done(store.get(row.id));
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
      for (const row of await done(store.getAll())) if (next.has(row.id)) store.put({ ...row, next: next.get(row.id) });
    });
  }

  /**
   * Keeps one of the two, of all in one step.
   * @param {boolean} changed  the new ones; accounts that weren't in it have the earlier PIN then
   */
  endChange(changed) {
    return this.#write("devices", async (store) => {
      for (const { next, ...row } of await done(store.getAll())) {
        const { earlier, ...before } = row;
        if (next) store.put(changed ? { ...before, epoch: next.epoch, ck: next.ck, salt: next.salt } : row);
        else if (changed && row.unlock === "pin" && row.state !== "removed") store.put({ ...row, earlier: true });
      }
    });
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
    let counter = 0;
    await this.#write("devices", async (store) => {
      const row = await done(store.get(id));
      if (!row) return; // removed in another tab
      counter = row.counter + 1;
      store.put({ ...row, counter });
    });
    if (counter === 0) throw new Problem("bad_call");
    return counter;
  }

  /** @param {string} id */
  async counter(id) {
    return (await done(this.db.transaction("devices").objectStore("devices").get(id)))?.counter ?? 0;
  }

  /** @param {string} key @returns {Promise<any>} */
  async setting(key) {
    return done(this.db.transaction("settings").objectStore("settings").get(key));
  }

  /** @param {string} key @param {any} value */
  set(key, value) {
    return this.#write("settings", async (store) => void store.put(value, key));
  }

  /** Deletes everything, and begins anew. */
  async reset() {
    this.db.close();
    await done(indexedDB.deleteDatabase(this.db.name));
    await this.#again();
  }

  /**
   * One transaction; it is on disk when the promise resolves.
   * @param {string} name
   * @param {(store: IDBObjectStore) => Promise<void>} change
   */
  async #write(name, change) {
    try {
      const step = this.db.transaction(name, "readwrite", { durability: "strict" });
      const completed = new Promise((resolve, reject) => {
        step.oncomplete = resolve;
        step.onabort = () => reject(step.error);
      });
      await Promise.all([change(step.objectStore(name)), completed]);
    } catch {
      throw new Problem("no_storage");
    }
  }
}

/** @param {string} name @returns {Promise<IDBDatabase>} @throws {Problem} no_storage */
async function opened(name) {
  try {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion);
    return await done(request);
  } catch {
    throw new Problem("no_storage");
  }
}

/** What only a change of the PIN moves: another tab may hold what was before. @param {Row} row */
function sealedOf({ ck, salt, epoch, next, earlier }) {
  return { epoch, ...(ck && { ck, salt }), ...(next && { next }), ...(earlier && { earlier }) };
}

/** @param {IDBDatabase} db @param {number} from */
function upgrade(db, from) {
  if (from < 1) {
    db.createObjectStore("devices", { keyPath: "id" });
    db.createObjectStore("settings");
  }
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
