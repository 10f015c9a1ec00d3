// What a phone keeps. The second half runs after a reload (?after).

import { Keys } from "../lib/keys.js";
import { newDeviceKey, sign } from "../lib/pair.js";
import { equal, refuses, test } from "./check.js";
import { verifies, verifyKey } from "./rawkeys.js";

const STORAGE = "keyturn-test-reload";

export default async function () {
  const keys = await Keys.open(STORAGE);
  await (new URLSearchParams(location.search).has("after") ? after(keys) : before(keys));
}

/** @param {Keys} keys */
async function before(keys) {
  const kd = await newDeviceKey();
  const kp = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
  await test("keys/a device is kept",
    () => keys.save(/** @type {any} */ ({ id: "dev_A", added: 1, counter: 0, kd: kd.private, kp })));
  await keys.set("public", kd.public);
  await test("keys/twenty answers at once have twenty counters", async () => {
    const counters = await Promise.all(Array.from({ length: 20 }, () => keys.count("dev_A")));
    equal(new Set(counters).size, 20);
    equal(await keys.counter("dev_A"), 20);
  });
  await test("keys/saving what was read before leaves the counter", async () => {
    const [row] = await keys.devices();
    await keys.count("dev_A");
    await keys.save(row);
    equal(await keys.counter("dev_A"), 21);
  });
  await test("keys/a device that is gone has no counter", () => refuses(() => keys.count("dev_B"), "bad_call"));
}

/** @param {Keys} keys */
async function after(keys) {
  await test("keys/a reload keeps keys and counter", async () => {
    const [row] = await keys.devices();
    equal(await keys.count("dev_A"), 22, "counter");
    equal(await verifies(await verifyKey(await keys.setting("public")), "text", await sign(row.kd, "text")), true,
      "verified");
  });
  await test("keys/no key can be taken out", async () => {
    const [row] = await keys.devices();
    for (const [key, form] of /** @type {const} */ ([[row.kd, "pkcs8"], [row.kd, "jwk"], [row.kp, "raw"],
      [row.kp, "jwk"]])) {
      equal(key.extractable, false);
      const taken = await crypto.subtle.exportKey(form, key).catch((error) => error.name);
      equal(taken, "InvalidAccessError");
    }
  });
}
