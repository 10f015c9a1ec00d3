// A54: whoever copies what the phone keeps has nothing to test PINs with.

import { b64 } from "../lib/bytes.js";
import { equal, refuses, test } from "./check.js";
import { PIN, activated, fixture, setUp } from "./fixture.js";

export default async function () {
  await test("secrets/A54 between redeem and finish", async () => {
    const { server, phone } = await fixture("ada");
    const send = server.send;
    const kept = [];
    phone.api.send = async (url, init) => {
      if (!String(url).endsWith("/finish")) return send(url, init);
      kept.push(await everything(phone));
      throw new TypeError("network");
    };
    await refuses(async () => (await setUp(phone, "0")).activate(PIN), "unsure");
    const [{ rows, text }] = kept;
    equal(members(rows[0]),
      ["account", "activation", "added", "ck", "counter", "ended", "epoch", "id", "kd", "kp", "phoneName", "salt",
      "service", "state", "unlock"]);
    equal(members(rows[0].activation), ["check", "ends", "id", "nonce", "t"]);
    equal(keysOf(rows[0]), ["ECDSA private false sign", "HMAC secret false sign"]);
    equal([rows[0].ck.length, rows[0].salt.length], [32, 16]);
    equal([text.includes(PIN), server.sent.at(-1).path], [false, "/v1/activations/redeem"]);
  });

  await test("secrets/A54 after an approval, a lost one and an offline response", async () => {
    const { server, phone } = await fixture("ada");
    const device = await activated(phone, server, "0");
    const { id } = server.ask(device);
    await phone.check();
    const answer = await phone.answer(phone.request(id), "approve", { number: "042317" });
    server.lost = "/answer";
    await refuses(() => answer.send(PIN), "unsure");
    const response = await (await phone.offline(device)).respond("48291736", PIN);
    const { rows, text } = await everything(phone);
    equal(members(rows[0]),
      ["account", "added", "ck", "counter", "ended", "epoch", "id", "kd", "kp", "phoneName", "salt", "service",
      "state", "unlock"]);
    const proofs = server.sent.flatMap(({ body }) => [body?.proof?.mac ?? body?.proof ?? []].flat());
    equal(proofs.length, 2, "proofs sent");
    for (const secret of [...proofs, response, PIN, "042317"]) equal(text.includes(secret), false, `kept ${secret}`);
    equal([localStorage.length, sessionStorage.length], [0, 0]);
  });
}

/** All databases and caches of this page as text, and the phone's rows. @param {any} phone */
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

/** @param {object} row */
const members = (row) => Object.keys(row).sort();

/** @param {any} row */
const keysOf = (row) => Object.values(row).filter((value) => value instanceof CryptoKey)
  .map(({ algorithm, type, extractable, usages }) => [algorithm.name, type, extractable, usages].join(" "));
