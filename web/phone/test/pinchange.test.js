// The PIN of all accounts of a phone is changed, also over lost answers, closed
// pages and other tabs.

import { b64 } from "../lib/bytes.js";
import { mac } from "../lib/pair.js";
import { personKey } from "../lib/proof.js";
import { equal, refuses, test } from "./check.js";
import { PIN, activated, fixture, open, setUp } from "./fixture.js";

const NEXT = "k7#Q";

export default async function () {
  await test("pinchange/A55 all accounts at once, with fresh keys", async () => {
    const { server, phone } = await pair();
    const before = await phone.keys.devices();
    await phone.changePin({ current: PIN, next: NEXT });
    const after = await phone.keys.devices();
    for (const [i, row] of after.entries()) {
      const same = ["ck", "salt"].filter((part) => b64(row[part]) === b64(before[i][part]));
      equal([same, row.epoch, row.next, row.earlier], [[], 2, undefined, undefined]);
    }
    await wantPin(server, phone, NEXT, PIN);
    equal(server.count("/pin/finish"), 1, "finishes");
  });

  await test("pinchange/a wrong PIN changes nothing and is not kept", async () => {
    const { server, phone } = await pair();
    const { triesLeft } = await refuses(() => phone.changePin({ current: "wrong1", next: NEXT }), "pin_wrong");
    equal([triesLeft, phone.pinOpen], [4, false]);
    await wantPin(server, phone, PIN, NEXT);
  });

  await test("pinchange/A56 the network is cut and the app closed at every call", cutEverywhere);
  await test("pinchange/A56 a finish that comes late is refused", late);

  await test("pinchange/A56 no PIN is used until it is known which", async () => {
    const { server, phone, storage } = await pair();
    server.cut = (path) => (path.endsWith("/pin/finish") ? "after" : server.away ? "before" : "");
    server.away = false;
    const send = server.send;
    phone.api.send = async (url, init) => {
      if (String(url).endsWith("/pin/finish")) server.away = true;
      return send(url, init);
    };
    await refuses(() => phone.changePin({ current: PIN, next: NEXT }), "pin_unsettled");
    const again = await reopened(phone, server, storage);
    const [{ device }] = again.accounts();
    equal(again.pinOpen, true);
    await refuses(() => again.offline(device), "pin_unsettled");
    await refuses(() => personKey(again.row(device), PIN), "pin_unsettled");
    server.cut = null;
    equal([await again.settle(), again.pinOpen, await again.settle()], ["changed", false, "settled"]);
    await wantPin(server, again, NEXT, PIN);
  });

  await test("pinchange/not while another account is being set up", async () => {
    const { server, phone } = await pair();
    server.codes.set("2", { name: "cy" });
    const activation = await (await setUp(phone, "2")).activate(PIN);
    await refuses(() => phone.changePin({ current: PIN, next: NEXT }), "unfinished");
    server.check(activation.device, activation.check);
    await activation.wait(new AbortController().signal);
    await phone.changePin({ current: PIN, next: NEXT });
    await wantPin(server, phone, NEXT, PIN);
  });

  await test("pinchange/an account that was paused is given the PIN of the others", async () => {
    const { server, phone, devices: [ada, bo] } = await pair();
    server.devices.get(bo).state = "suspended";
    await phone.changePin({ current: PIN, next: NEXT });
    equal(phone.accounts().map(({ state, earlier }) => [state, earlier]), [["active", false], ["suspended", true]]);
    server.devices.get(bo).state = "active";
    await phone.check();
    await approves(server, phone, ada, NEXT);
    await refuses(() => approves(server, phone, bo, NEXT), "pin_earlier");
    await refuses(() => phone.changePin({ current: NEXT, next: "8Wm3" }), "pin_earlier");
    await phone.changePin({ current: NEXT, earlier: PIN, next: NEXT });
    equal(phone.accounts().map(({ earlier }) => earlier), [false, false]);
    await wantPin(server, phone, NEXT, PIN);
  });

  await test("pinchange/another tab uses the new key, and can't bring the old one back", async () => {
    const { server, phone, storage, devices: [ada] } = await pair();
    const other = await open(server, storage);
    const held = other.row(ada);
    const stale = { ...held };
    const heard = new Promise((resolve) => other.onChange(() => held.epoch === 2 && resolve(null)));
    await phone.changePin({ current: PIN, next: NEXT });
    await heard;
    await other.keep({ ...stale, state: "suspended" });
    await other.keep({ ...stale, state: "active" });
    await other.reload();
    await approves(server, other, ada, NEXT);
  });

  await test("pinchange/A54 nothing is kept between two steps that tests a PIN", async () => {
    const { server, phone } = await pair();
    const kept = [];
    const send = server.send;
    phone.api.send = async (url, init) => {
      kept.push(await everything(phone));
      const answer = await send(url, init);
      kept.push(await everything(phone));
      return answer;
    };
    await phone.changePin({ current: PIN, next: NEXT });
    kept.push(await everything(phone));
    const said =
      server.sent.flatMap(({ body }) =>
        [body?.agree_key, ...(body?.items ?? []).flatMap((item) => [item.old_proof, item.new_proof])]).filter(Boolean);
    equal([said.length >= 6, kept.length > 10], [true, true], "seen");
    const keys = new Set(), parts = new Set(), next = new Set();
    for (const { rows, text } of kept) {
      for (const secret of [...said, PIN, NEXT]) equal(text.includes(secret), false, `kept ${secret}`);
      for (const row of rows) {
        for (const [name, value] of Object.entries(row)) {
          parts.add(name);
          if (value instanceof CryptoKey) {
            keys.add([name, value.algorithm.name, value.type, value.extractable, value.usages].join(" "));
          }
        }
        Object.keys(row.next ?? {}).forEach((name) => next.add(name));
      }
    }
    equal([...keys].sort(), ["kd ECDSA private false sign", "kp HMAC secret false sign"]);
    equal([...next].sort(), ["ck", "ends", "epoch", "salt"]);
    equal([...parts].sort(),
      ["account", "added", "ck", "counter", "ended", "epoch", "id", "kd", "kp", "next", "phoneName", "salt", "service",
        "state", "unlock"]);
    equal([localStorage.length, sessionStorage.length], [0, 0]);
  });

  await test("pinchange/A54 both sealed keys of a pending change open with every PIN", async () => {
    const { server, phone } = await pair();
    let pending = null;
    server.cut = (path) => (path.endsWith("/pin/finish") ? "before" : "");
    const send = server.send;
    phone.api.send = async (url, init) => {
      if (String(url).endsWith("/pin/finish")) [pending] = await phone.keys.devices();
      return send(url, init);
    };
    await refuses(() => phone.changePin({ current: PIN, next: NEXT }), "pin_kept");
    const macs = new Set();
    for (const pin of [PIN, NEXT, "0000", "5839", "é7é7"]) {
      for (const { ck, salt } of [pending, pending.next]) {
        macs.add(b64(await mac(await personKey({ ...pending, ck, salt, next: undefined }, pin), "x")));
      }
    }
    equal(macs.size, 10, "keys");
  });
}

/** Ada and Bo on one phone. */
async function pair() {
  const { server, storage, phone } = await fixture("ada", "bo");
  return { server, storage, phone,
    devices: [await activated(phone, server, "0"), await activated(phone, server, "1")] };
}

/** The app is closed and opened again. */
async function reopened(phone, server, storage) {
  phone.keys.store.db.close();
  phone.others.close();
  return open(server, storage);
}

/** A sign-in of an account, approved with that PIN. */
async function approves(server, phone, device, pin) {
  const { id } = server.ask(device);
  await phone.check();
  return phone.approve(phone.request(id), { number: "042317" }, pin);
}

/** One PIN works for all accounts, the other for none. */
async function wantPin(server, phone, right, wrong) {
  for (const { device } of phone.accounts()) {
    await refuses(() => approves(server, phone, device, wrong), "pin_wrong");
    equal(await approves(server, phone, device, right), { state: "approved" });
  }
}

async function cutEverywhere() {
  const paths = new Set();
  for (let at = 0, done = false; !done; at++) {
    for (const when of ["before", "after"]) {
      const { server, phone, storage } = await pair();
      let calls = 0;
      let path = "";
      server.cut = (called) => {
        if (calls++ < at) return "";
        path ||= called;
        return calls === at + 1 ? when : "before";
      };
      const failed = await phone.changePin({ current: PIN, next: NEXT }).then(() => null, (problem) => problem.code);
      server.cut = null;
      if (!path) {
        done = true;
        break;
      }
      paths.add(path);
      const again = await reopened(phone, server, storage);
      const sent = path.endsWith("/pin/finish");
      equal([failed, await again.settle()], sent ? ["pin_unsettled", when === "after" ? "changed" : "kept"]
        : ["offline", "settled"], `${when} ${path}`);
      equal(again.pinOpen, false);
      if (sent) await wantPin(server, again, ...(when === "after" ? [NEXT, PIN] : [PIN, NEXT]));
      else equal((await again.keys.devices()).map(({ epoch, next }) => [epoch, next]),
        [[1, undefined], [1, undefined]]);
    }
  }
  equal([...paths].sort(), ["/v1/device", "/v1/pin/begin", "/v1/pin/finish"]);
}

async function late() {
  const { server, phone } = await pair();
  const send = server.send;
  let held = null;
  phone.api.send = async (url, init) => {
    if (!String(url).endsWith("/pin/finish")) return send(url, init);
    held = () => send(url, init);
    throw new TypeError("network");
  };
  await refuses(() => phone.changePin({ current: PIN, next: NEXT }), "pin_kept");
  equal((await held()).status, 409, "the late finish");
  await wantPin(server, phone, PIN, NEXT);
}

/** All databases and caches of this page as text, and the phone's rows. */
async function everything(phone) {
  const rows = await phone.keys.devices();
  const cached = [];
  for (const name of await caches.keys()) {
    cached.push(...(await (await caches.open(name)).keys()).map(({ url }) => url));
  }
  equal(cached.filter((url) => url.includes("/v1/")), [], "calls in caches");
  const flat = (_, value) => (value instanceof Uint8Array ? b64(value) : value);
  return { rows, text: JSON.stringify([rows, await phone.setting("user"), cached], flat) };
}
