// What the phone keeps, on a browser that drops the connection to it, never answers, has
// no room, or doesn't hand a key out just now.

import { land } from "../flow/land.js";
import { start } from "../flow/start.js";
import { Phone } from "../lib/phone.js";
import { speak } from "../lib/words.js";
import { equal, refuses, test } from "./check.js";
import { CODE, PIN, activated, fixture, open, setUp } from "./fixture.js";
import { end, find, play, pretending, sees, tap, type } from "./stage.js";

/** A request of the storage that is answered like this; never, if it isn't said. @param {unknown} [result] */
function answer(result) {
  const request = /** @type {any} */ ({ result });
  if (result !== undefined) setTimeout(() => request.onsuccess?.());
  return request;
}

/**
 * The limit of time is over at once: of the first step only, or of as many as the storage never answers.
 * @param {() => Promise<unknown>} body
 * @param {number} [left]
 */
async function hurried(body, left = 1) {
  const { setTimeout } = globalThis;
  const soon = (/** @type {any} */ act, /** @type {number} */ after, /** @type {any[]} */ ...rest) =>
    setTimeout(act, after === 5000 && left-- > 0 ? 0 : after, ...rest);
  await pretending(globalThis, "setTimeout", soon, body);
}

/** A phone with a sign-in that waits. */
async function asked() {
  const made = await fixture("ada");
  const device = await activated(made.phone, made.server, "0");
  const { id } = made.server.ask(device);
  await made.phone.check();
  return { ...made, device,
    approve: () => made.phone.approve(/** @type {any} */ (made.phone.request(id)), { number: "042317" }, PIN) };
}

/** What becomes of the connection while the app is in the background. @type {[string, (db: IDBDatabase) => void][]} */
const LOSSES = [
  ["is closed", (db) => db.close()],
  ["fails with each step", (db) => (db.transaction = () => {
    throw new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", "UnknownError");
  })],
  ["says that it was closed", (db) => (db.close(), db.onclose?.(new Event("close")))],
];

/** @param {string} method @param {any} result @param {() => Promise<unknown>} body */
const returning = (method, result, body) => pretending(IDBObjectStore.prototype, method, () => answer(result), body);

/** Nothing can be kept. @param {string} error @param {() => Promise<unknown>} body */
const refusing = (error, body) => pretending(IDBObjectStore.prototype, "put", () => {
  throw new DOMException("", error);
}, body);

export default async function () {
  await speak("en");

  for (const [name, lose] of LOSSES) {
    await test(`storage/a connection that ${name} is opened again, and the approval goes on`, async () => {
      const { phone, approve } = await asked();
      lose(phone.keys.store.db);
      equal(await approve(), { state: "approved" });
      await phone.reload();
      equal(phone.accounts().length, 1);
    });
  }

  await test("storage/one that never answers is opened again after a while", async () => {
    const { phone } = await asked();
    await hurried(async () => {
      let times = 0;
      const { transaction } = IDBDatabase.prototype;
      await pretending(IDBDatabase.prototype, "transaction", function (/** @type {any} */ ...given) {
        return times++ ? transaction.apply(this, given)
          : /** @type {any} */ ({ objectStore: () => ({ put: () => answer() }) });
      }, async () => void (await phone.setSetting("theme", "dark")));
      equal([await phone.setting("theme"), times > 1], ["dark", true]);
    });
  });

  await test("storage/two counters are never the same, whatever happens to the connection", async () => {
    const { phone, device } = await asked();
    const counters = [];
    for (let i = 0; i < 9; i++) {
      const some = [phone.keys.count(device), phone.keys.count(device)];
      if (i % 3 === 1) phone.keys.store.db.close();
      counters.push(...(await Promise.all(some)));
    }
    equal(new Set(counters).size, counters.length);
    equal(await phone.keys.counter(device), Math.max(...counters));
  });

  await test("storage/a change of several rows is whole or isn't", async () => {
    const { phone, server } = await fixture("ada", "mei");
    const devices = [await activated(phone, server, "0"), await activated(phone, server, "1")];
    const sealed = (/** @type {any} */ epoch) => ({ epoch, ends: 0, ck: new Uint8Array(1), salt: new Uint8Array(1) });
    const [first, second] = [...devices].sort(); // in the order of the storage
    await refuses(() => phone.keys.beginChange(new Map([[first, sealed(2)], [second, sealed(() => {})]])),
      "no_storage");
    equal((await phone.keys.devices()).map(({ next }) => next ?? null), [null, null]);
  });

  for (const [error, code] of [["QuotaExceededError", "no_room"], ["DataCloneError", "no_storage"]]) {
    await test(`storage/${error} is said to be ${code}`, async () => {
      const { phone } = await fixture();
      await pretending(IDBObjectStore.prototype, "put", () => {
        throw new DOMException("", error);
      }, () => refuses(() => phone.setSetting("theme", "dark"), code));
    });
  }

  await test("storage/a row that can't be read just now is neither lost nor written over, and is there again later", async () => {
    const { server, storage, phone, device } = await asked();
    await phone.keys.count(device);
    await returning("getAll", [null], async () => {
      const again = await open(server, storage);
      equal([again.accounts().length, [...again.unread.values()], await again.lost()], [0, ["ada"], []]);
      await again.forgetLost();
      await phone.reload();
      equal([phone.accounts().length, phone.unread.size], [1, 0], "what is held in memory stays");
    });
    await returning("get", null, () => refuses(() => phone.keys.save(phone.row(device)), "storage"));
    equal(await phone.keys.counter(device), 1);
    await phone.reload();
    equal([phone.accounts().length, await phone.lost()], [1, []]);
  });

  await test("storage/an active phone whose keys can't be read says so, offers no way that deletes them, and goes on when they can", async () => {
    const { server, storage, phone } = await asked();
    await returning("getAll", [null], async () => {
      const own = await open(server, storage);
      const app = play(own);
      app.again = () => own.reload();
      await land(app, null);
      await sees("error.storage");
      equal([app.landing, find("land.nope"), find("first.scan")], [null, null, null]);
      app.open("menu");
      await sees("page.help");
      equal(find("settings.title"), null, "a way to a reset");
      app.open("");
    });
    await tap("page.again");
    await sees("home.accounts");
    end();
    equal(phone.accounts().length, 1);
  });

  await test("storage/one account of two that can't be read is named at home", async () => {
    const { phone, server, storage } = await fixture("ada", "mei");
    await activated(phone, server, "0");
    await activated(phone, server, "1");
    const rows = await phone.keys.devices();
    const ids = rows.map(({ id }) => id).sort();
    const sorted = ids.map((id) => rows.find((row) => row.id === id));
    await returning("getAll", sorted.map((row) => (row?.account.name === "mei" ? null : row)), async () => {
      const app = play(await open(server, storage));
      app.draw();
      equal((await sees("home.unread")).textContent?.includes("mei"), true);
      equal(find("[data-account=ada]") !== null, true);
      end();
    });
  });

  for (const [name, how] of /** @type {[string, () => any][]} */ ([
    ["never answers", () => answer()],
    ["can't be opened this time", () => {
      throw new DOMException("", "UnknownError");
    }],
  ])) {
    await test(`storage/one that ${name} leads to another try, and then to the app`, async () => {
      const root = document.body.appendChild(document.createElement("div"));
      const has = async (/** @type {string} */ key) => {
        while (!root.querySelector(`[data-t="${key}"]`)) await new Promise((go) => setTimeout(go, 5));
        return /** @type {HTMLElement} */ (root.querySelector(`[data-t="${key}"]`));
      };
      await hurried(() => pretending(IDBFactory.prototype, "open", how, async () => {
        await start("", root);
        await has("error.storage");
        equal(root.querySelector('[data-t="land.nope.title"]'), null);
      }), Infinity);
      (await has("page.again")).click();
      await has("land.desk.body");
      root.remove();
    });
  }

  /** @typedef {(body: () => Promise<unknown>) => Promise<unknown>} Spoil */
  for (const [name, code, spoil] of /** @type {[string, string, Spoil][]} */ ([
    ["no room for a key", "no_room", (body) => refusing("QuotaExceededError", body)],
    ["a storage that takes no keys", "no_storage", (body) => refusing("DataCloneError", body)],
    ["a storage that gives no key back", "no_storage", (body) => returning("get", { room: [] }, body)],
  ])) {
    await test(`storage/${name} is found before the code is used up`, async () => {
      const { server, phone } = await fixture("ada");
      await spoil(() => refuses(() => setUp(phone, "0"), code));
      equal([server.count("/redeem"), await phone.setting("tried")], [0, undefined]);
      equal((await (await setUp(phone, "0")).activate(PIN)).state, "checking");
    });
  }

  await test("storage/a failure after it is said on both screens", async () => {
    const { server, phone } = await fixture();
    server.codes.set(CODE, { name: "mei" });
    const app = play(phone);
    app.nav.go("Confirm", { code: CODE });
    await tap("confirm.go");
    await type("#pin", PIN);
    await type("#pin-again", PIN);
    const told = new Promise((resolve) => (server.told = resolve));
    await refusing("QuotaExceededError", async () => {
      await tap("unlock.go");
      await sees("error.no_room");
    });
    await told;
    const [{ activation, state }] = server.devices.values();
    equal([activation.state, activation.cause, state, server.count("/finish")], ["cancelled", "storage", "new", 0]);
    end();
  });

  await test("storage/a set-up that is stopped on the phone is over on the computer too", async () => {
    const { server, phone } = await fixture("ada");
    const told = new Promise((resolve) => (server.told = resolve));
    const activation = await (await setUp(phone, "0")).activate(PIN);
    await activation.abandon();
    await told;
    equal([...server.devices.values()].map(({ activation: { state, cause } }) => [state, cause]),
      [["cancelled", "person"]]);
    equal(phone.unfinished(), []);
  });

  await test("storage/without any the browser is told to be the wrong one", async () => {
    await pretending(globalThis, "indexedDB", undefined,
      () => refuses(() => Phone.open({ name: "none" }), "no_storage"));
  });
}
