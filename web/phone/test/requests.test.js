// What is waiting, and how it is answered.
import { b64 } from "../lib/bytes.js";
import { get } from "../lib/unlock.js";
import { equal, refuses, test } from "./check.js";
import { PIN, activated, fixture, open, stored } from "./fixture.js";
import { pretending } from "./stage.js";

/** Waits until something is in the inbox. */
function until(phone, holds) {
  return new Promise((resolve) => {
    const stop = phone.onInbox((inbox) => holds(inbox) && (stop(), resolve(inbox)));
    if (holds(phone.inbox)) (stop(), resolve(phone.inbox));
  });
}

/** A phone with one account that has been asked something. @param {any} [more] */
async function asked(more) {
  const all = await fixture("ada");
  const device = await activated(all.phone, all.server, "0");
  const { id } = all.server.ask(device, more);
  await all.phone.check();
  return { ...all, device, id, request: all.phone.request(id) };
}

export default async function () {
  await test("requests/an unlock whose credential is gone looks closed: from the second time on the way back is said", async () => {
    const ask = () => get("localhost", "AAAA", new Uint8Array(32));
    await pretending(navigator.credentials, "get", async () => Promise.reject(new DOMException("", "NotAllowedError")),
      async () => {
      await refuses(ask, "unlock_closed");
      await refuses(ask, "unlock_gone");
    });
  });

  await test("requests/one that is made while the app listens is there at once", async () => {
    const { server, phone } = await fixture("ada");
    const device = await activated(phone, server, "0");
    const stop = new AbortController();
    const listening = phone.listen(stop.signal);
    await until(phone, (inbox) => inbox.checked > 0);
    const { id } = server.ask(device);
    await until(phone, (inbox) => inbox.requests.length === 1);
    const { challenge, state, triesLeft } = phone.request(id);
    equal([challenge.name, challenge.app, challenge.carry, state, triesLeft],
      ["ada", "Portal", "number", "waiting", 3]);
    const calls = server.count("/pending");
    await phone.deny(phone.request(id));
    await until(phone, (inbox) => inbox.requests[0].by === "Pixel 9");
    equal(phone.request(id).challenge.app, "Portal", "what was seen, after the end");
    equal(server.count("/pending") - calls <= 2, true, "calls");
    stop.abort();
    await listening;
  });

  await test("requests/approved with number and PIN", async () => {
    const { server, phone, request } = await asked();
    equal(await phone.approve(request, { number: "042317" }, PIN), { state: "approved" });
    equal(server.requests[0].state, "approved");
    equal(phone.request(request.id).state, "approved", "state here");
  });

  await test("requests/approved without a number where none is wanted, and with a scanned secret", async () => {
    const { server, phone, device, request } = await asked({ carry: "none" });
    equal(await phone.approve(request, {}, PIN), { state: "approved" });
    const { id } = server.ask(device);
    await phone.check();
    equal(await phone.approve(phone.request(id), { secret: b64(new Uint8Array(16)) }, PIN), { state: "approved" });
  });

  await test("requests/no number, or not one, is told here", async () => {
    const { server, phone, request } = await asked();
    for (const number of [undefined, "42317", "０４２３１７", "abcdef"]) {
      await refuses(() => phone.answer(request, "approve", { number }), "number_form");
    }
    equal(server.count("/answer"), 0);
  });

  await test("requests/wrong PIN, wrong number, then right", async () => {
    const { server, phone, request } = await asked();
    equal((await refuses(() => phone.approve(request, { number: "042317" }, "Wr0ng"), "pin_wrong")).triesLeft, 4);
    equal((await refuses(() => phone.approve(request, { number: "111111" }, PIN), "number_wrong")).triesLeft, 2);
    equal(await phone.approve(request, { number: "042317" }, PIN), { state: "approved" });
    equal(server.sent.filter(({ path }) => path.endsWith("/answer")).map(({ body }) => body.answer.split("\n")[9]),
      ["1", "2", "3"], "counters");
  });

  for (const [decision, state] of [["deny", "denied"], ["report", "reported"]]) {
    await test(`requests/${decision} needs no PIN`, async () => {
      const { server, phone, request } = await asked();
      equal(await phone[decision](request), { state });
      equal(server.sent.at(-1).body.proof, undefined, "proof");
    });
  }

  await test("requests/A14 a challenge for another device is not shown", async () => {
    const { phone, request } = await asked({ shownDevice: "dev_AAAAAAAAAAAAAAAAAAAAAAAAAB" });
    equal([request.state, request.reason, request.challenge], ["refused", "device", null]);
    await refuses(() => phone.answer(request, "deny"), "challenge_changed");
  });

  await test("requests/a lost answer is sent again as it was", async () => {
    const { server, phone, request } = await asked();
    const answer = await phone.answer(request, "approve", { number: "042317" });
    server.lost = "/answer";
    await refuses(() => answer.send(PIN), "unsure");
    equal(await answer.send(PIN), { state: "approved" });
    const [first, second] = server.sent.filter(({ path }) => path.endsWith("/answer"));
    equal(first.body, second.body);
    const kept = await stored(phone);
    equal([kept.includes(first.body.proof.mac), kept.includes(first.body.signature)], [false, false],
      "MAC in the storage");
  });

  await test("requests/A103 a lost answer that a larger one has overtaken is made anew", async () => {
    const { server, phone, storage, device, request } = await asked();
    const other = await open(server, storage);
    const { id } = server.ask(device);
    const answer = await phone.answer(request, "approve", { number: "042317" });
    server.cut = (path) => (path.endsWith("/answer") ? "before" : "");
    await refuses(() => answer.send(PIN), "unsure");
    server.cut = undefined;
    await other.check();
    equal(await other.deny(other.request(id)), { state: "denied" });
    equal(await answer.send(PIN), { state: "approved" });
    const counters = server.sent.filter(({ path }) => path.endsWith("/answer"))
      .map(({ body }) => Number(body.answer.split("\n")[9]));
    equal(counters, [1, 2, 3]);
  });

  await test("requests/a double tap is one answer", async () => {
    const { server, phone, request } = await asked();
    const answer = await phone.answer(request, "approve", { number: "042317" });
    await Promise.all([answer.send(PIN), answer.send(PIN)]);
    equal(server.count("/answer"), 1);
  });

  await test("requests/two tabs never have two answers on their way, nor one counter twice", async () => {
    const { server, phone, storage, device } = await asked();
    const other = await open(server, storage);
    for (let i = 0; i < 3; i++) server.ask(device);
    await Promise.all([phone.check(), other.check()]);
    const waiting = phone.inbox.requests;
    const outcomes = await Promise.all(waiting.map((request, i) => (i % 2 ? phone : other).deny(request)));
    equal(outcomes.map(({ state }) => state), ["denied", "denied", "denied", "denied"]);
    const counters = server.sent.filter(({ path }) => path.endsWith("/answer"))
      .map(({ body }) => Number(body.answer.split("\n")[9]));
    equal([server.most, new Set(counters).size, counters.every((n, i) => i === 0 || n > counters[i - 1])],
      [1, 4, true]);
  });

  await test("requests/one that ended elsewhere says how", async () => {
    const { server, phone, request } = await asked();
    server.requests[0].state = "replaced";
    equal((await refuses(() => phone.approve(request, { number: "042317" }, PIN), "request_gone")).state, "replaced");
  });

  await test("requests/no network: nothing is lost, and it comes back by itself", async () => {
    const { server, phone } = await asked();
    const stop = new AbortController();
    server.offline = true;
    const listening = phone.listen(stop.signal);
    await until(phone, (inbox) => !inbox.online);
    equal(phone.inbox.requests.length, 1);
    server.offline = false;
    await until(phone, (inbox) => inbox.online);
    stop.abort();
    await listening;
  });

  await test("requests/an account that moved away: its keys are not used again", async () => {
    const { server, phone, storage, device, request } = await asked();
    server.devices.get(device).state = "removed";
    await refuses(() => phone.deny(request), "device_removed");
    const calls = server.sent.length;
    const again = await open(server, storage);
    const [account] = again.accounts();
    equal([account.state, account.ended], ["removed", { reason: "moved", to: "Pixel 9", time: 1893456000 }]);
    await again.check();
    await refuses(() => again.deny(request), "device_removed");
    equal(server.sent.length, calls, "calls");
    await again.forget(device);
    equal(await stored(again), "[]");
  });
}
