// The database of one phone's storage: one step after the other, each on disk when its
// promise resolves. iPhones drop the connection of an app in the background, or
// never answer it: then it is opened anew, and the step is taken again, once.

import { Problem } from "./problem.js";

const VERSION = 1; // of the storage; a change adds an arm to upgrade
const LONG = 5000; // milliseconds after which no answer is expected any more

/** What a failed step is called; any other may succeed at another time. @type {Record<string, string>} */
const CODES = { QuotaExceededError: "no_room", DataCloneError: "no_storage" };

/** Safe to use from several tabs. */
export class Store {
  /** @param {IDBDatabase} db */
  constructor(db) {
    this.db = db;
    this.name = db.name;
    /** @type {Promise<void> | null} */
    this.opening = null;
    this.#use(db);
  }

  /** @param {string} name @throws {Problem} no_storage, storage */
  static async open(name) {
    return new Store(await opened(name));
  }

  /**
   * Uses a connection. A newer version of the app, or a reset in another window, waits for its end.
   * @param {IDBDatabase} db
   */
  #use(db) {
    this.db = db;
    this.shut = false;
    this.lost = false;
    db.onclose = () => {
      if (db === this.db) this.lost = true;
    };
    db.onversionchange = () => {
      db.close();
      this.shut = true;
    };
  }

  /** Opens it again, also after a reset in another window. */
  async again() {
    this.#use(await opened(this.name));
  }

  /**
   * @template T
   * @param {"devices" | "settings"} name
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => Promise<T>} work  may be called twice
   * @returns {Promise<T>}
   * @throws {Problem} no_room, no_storage, or storage: not this time
   */
  async step(name, mode, work) {
    for (let tried = false; ; tried = true) {
      if (this.lost && !this.shut) await (this.opening ??= this.again().finally(() => (this.opening = null)));
      const { db } = this;
      try {
        return await inTime(once(db, name, mode, work));
      } catch (error) {
        const code = error instanceof Problem ? error.code : CODES[/** @type {Error} */ (error).name] ?? "storage";
        if (tried || this.shut || code !== "storage") throw new Problem(code);
        if (db === this.db) this.#drop();
      }
    }
  }

  /** The next step opens it again. */
  #drop() {
    this.db.close();
    this.lost = true;
  }

  /** Deletes everything, and begins anew. */
  async reset() {
    this.db.close();
    await inTime(done(indexedDB.deleteDatabase(this.name))).catch(() => Promise.reject(new Problem("storage")));
    await this.again();
  }
}

/**
 * All of it is kept, or nothing.
 * @template T
 * @param {IDBDatabase} db
 * @param {string} name
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => Promise<T>} work
 */
async function once(db, name, mode, work) {
  const step = db.transaction(name, mode, { durability: "strict" });
  const completed = new Promise((resolve, reject) => {
    step.oncomplete = resolve;
    step.onabort = () => reject(step.error ?? new DOMException("", "AbortError"));
  });
  try {
    const [value] = await Promise.all([work(step.objectStore(name)), completed]);
    return value;
  } catch (error) {
    undo(step);
    throw error;
  }
}

/** @param {IDBTransaction} step  perhaps over already */
function undo(step) {
  try {
    step.abort();
  } catch {
    // It was.
  }
}

/**
 * Waits for a request of the database; fails as the request does.
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Asks twice: the first question of an iPhone's app is sometimes never answered.
 * @param {string} name
 * @returns {Promise<IDBDatabase>}
 */
async function opened(name) {
  if (!globalThis.indexedDB) throw new Problem("no_storage");
  for (let tried = false; ; tried = true) {
    try {
      return await openedOnce(name);
    } catch {
      if (tried) throw new Problem("storage");
    }
  }
}

/** @param {string} name @returns {Promise<IDBDatabase>} */
async function openedOnce(name) {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion);
  try {
    return await inTime(done(request));
  } catch (error) {
    request.onsuccess = () => request.result.close(); // too late, and in the way of a reset
    throw error;
  }
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
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
function inTime(work) {
  let timer = 0;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, LONG, new DOMException("", "TimeoutError"))));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
