// A phone becomes a device: in one go, over lost answers and over restarts.

import { equal, refuses, test } from "./check.js";
import { PIN, activated, fixture, open, setUp, stored } from "./fixture.js";

export default async function () {
  await test("setup/a first phone with a PIN", async () => {
    const { server, phone } = await fixture("ada");
    const setup = await setUp(phone, "0");
    equal([setup.unlock, setup.via, setup.redeemed], ["pin", null, false]);
    const activation = await setup.activate(PIN);
    const device = server.devices.get(activation.device);
    equal(activation.check, device.activation.digits, "digits");
    equal(phone.accounts(), [], "accounts before the digits");
    equal(JSON.parse(await stored(phone))[0].kk, undefined, "Kk in the storage");
    server.check(activation.device, activation.check);
    equal(await activation.wait(new AbortController().signal), "active");
    equal(phone.accounts().map(({ account, state }) => [account.name, state]), [["ada", "active"]]);
    equal(JSON.parse(await stored(phone))[0].activation, undefined, "n_p, T and digits after the end");
  });

  await test("setup/a phone's name has nothing that the server refuses", async () => {
    const { phone } = await fixture("ada");
    const look = await phone.look("0");
    const name = async (/** @type {string} */ typed) => (await phone.prepare(look, { name: typed })).offer.phoneName;
    equal([await name(" 👩\u200D💻 Pixel\u202E 9\u2028"), await name("\u200B"), await name("好".repeat(41))],
      ["👩💻 Pixel 9", "Keyturn", "好".repeat(40)]);
  });

  await test("setup/a weak PIN sends nothing", async () => {
    const { server, phone } = await fixture("ada");
    const setup = await setUp(phone, "0");
    equal((await refuses(() => setup.activate("1234"), "pin_weak")).reason, "row");
    await refuses(() => setup.activate(), "pin_needed");
    equal([server.count("/redeem"), setup.redeemed], [0, false]);
  });

  await test("setup/A37 a lost answer to the redeem is asked for again with the same keys", async () => {
    const { server, phone } = await fixture("ada");
    const setup = await setUp(phone, "0");
    server.lost = "/redeem";
    await refuses(() => setup.activate(PIN), "unsure");
    await setup.activate(PIN);
    const [first, second] = server.sent.filter(({ path }) => path.endsWith("/redeem"));
    equal(first.body, second.body);
    equal(server.devices.size, 1, "devices");
  });

  await test("setup/A87 after an answer there is no second redeem", async () => {
    const { server, phone } = await fixture("ada");
    const setup = await setUp(phone, "0");
    server.lost = "/finish";
    await refuses(() => setup.activate(PIN), "unsure");
    equal(setup.redeemed, true);
    equal((await setup.activate(PIN)).state, "checking");
    equal([server.count("/redeem"), server.count("/finish")], [1, 2]);
  });

  for (const [pin, state, code] of [[PIN, "checking", ""], ["Wr0ng", "ended", "proof_wrong"]]) {
    await test(`setup/A87 closed between redeem and finish, then ${pin === PIN ? "the right" : "another"} PIN`,
      async () => {
      const { server, phone, storage } = await fixture("ada");
      const setup = await setUp(phone, "0");
      const send = server.send;
      phone.api.send = (url, init) =>
        (String(url).endsWith("/finish") ? Promise.reject(new TypeError("network")) : send(url, init));
      await refuses(() => setup.activate(PIN), "unsure");
      const again = await open(server, storage);
      const [activation] = again.unfinished();
      equal([await activation.look(), activation.needsPin], ["redeemed", true]);
      await (code ? refuses(() => activation.finish(pin), code) : activation.finish(pin));
      equal([activation.state, again.unfinished().length, server.count("/redeem")], [state, code ? 0 : 1, 1]);
      if (!code) equal(activation.check, server.devices.get(activation.device).activation.digits, "digits");
    });
  }

  await test("setup/closed while the digits are typed", async () => {
    const { server, phone, storage } = await fixture("ada");
    const { device, check } = await (await setUp(phone, "0")).activate(PIN);
    const again = await open(server, storage);
    const [activation] = again.unfinished();
    equal([await activation.look(), activation.needsPin, activation.check], ["checking", false, check]);
    server.check(device, check);
    equal(await activation.look(), "active");
    equal(again.accounts().length, 1);
  });

  await test("setup/wrong digits end it and delete the keys", async () => {
    const { server, phone } = await fixture("ada");
    const activation = await (await setUp(phone, "0")).activate(PIN);
    server.check(activation.device, "not these");
    equal([await activation.wait(new AbortController().signal), activation.cause], ["ended", "digits"]);
    equal([phone.unfinished().length, await stored(phone)], [0, "[]"]);
  });

  for (const [name, odd] of [["no point", { server_key: "BA" }], ["a short nonce", { nonce: "AAAA" }],
    ["another kind of id", { device: "acc_1" }]]) {
    await test(`setup/an answer with ${name} is not used`, async () => {
      const { server, phone } = await fixture("ada");
      server.odd = odd;
      const setup = await setUp(phone, "0");
      await refuses(() => setup.activate(PIN), "answer_odd");
      equal([await stored(phone), server.count("/finish")], ["[]", 0]);
    });
  }

  await test("setup/a second account with the PIN that there is", async () => {
    const { server, phone } = await fixture("ada", "mei");
    await activated(phone, server, "0");
    const setup = await setUp(phone, "1");
    equal(setup.via, { name: "ada" });
    equal((await refuses(() => setup.activate("Wr0ng"), "pin_wrong")).triesLeft, 4);
    equal([setup.redeemed, server.codes.get("1").redeemed], [false, undefined]);
    server.turn(); // and the nonce is too old now
    const activation = await setup.activate(PIN);
    server.check(activation.device, activation.check);
    equal(await activation.look(), "active");
    equal(phone.accounts().map(({ account }) => account.name), ["ada", "mei"]);
  });

  await test("setup/A37 a second account, and the answer is lost", async () => {
    const { server, phone } = await fixture("ada", "mei");
    await activated(phone, server, "0");
    const setup = await setUp(phone, "1");
    server.lost = "/redeem";
    await refuses(() => setup.activate(PIN), "unsure");
    server.turn();
    await setup.activate(PIN);
    const [, first, second] = server.sent.filter(({ path }) => path.endsWith("/redeem"));
    equal(first.body, second.body);
  });

  await test("setup/an activation that the server doesn't know any more is over", async () => {
    const { server, phone } = await fixture("ada");
    const activation = await (await setUp(phone, "0")).activate(PIN);
    server.devices.clear();
    equal([await activation.look(), phone.unfinished().length], ["ended", 0]);
  });

  await test("setup/what stands in the way is said before anything is made", async () => {
    const { server, phone } = await fixture("ada", "ada", "mei");
    const device = await activated(phone, server, "0");
    await refuses(() => setUp(phone, "1"), "here");
    server.devices.get(device).state = "suspended";
    await phone.check();
    await refuses(() => setUp(phone, "2"), "locked");
    equal((await setUp(phone, "1")).via, null, "via of the account that is paused");
    server.devices.get(device).state = "pin_locked";
    await phone.check();
    equal((await setUp(phone, "2")).via, null, "via of a phone whose PIN is over");
    server.devices.get(device).state = "removed";
    equal((await setUp(phone, "1")).via, null, "via after it was removed elsewhere");
  });

  await test("setup/what was kept of the account before goes when the new device is active", async () => {
    const { server, phone } = await fixture("ada", "ada");
    const device = await activated(phone, server, "0");
    server.devices.get(device).state = "pin_locked";
    await phone.check();
    server.codes.get("1").id = server.codes.get("0").id;
    const fresh = await activated(phone, server, "1");
    equal(phone.accounts().map((account) => [account.device, account.state]), [[fresh, "active"]]);
  });

  await test("setup/keys that are gone are known to be gone, once", async () => {
    const { server, phone } = await fixture("ada", "mei");
    await activated(phone, server, "0");
    equal(await phone.lost(), [], "while they are there");
    const step = phone.keys.store.db.transaction("devices", "readwrite");
    step.objectStore("devices").clear();
    await new Promise((done) => (step.oncomplete = done));
    await phone.reload();
    equal([phone.accounts().length, await phone.lost()], [0, ["ada"]], "after they went");
    await phone.forgetLost();
    equal(await phone.lost(), [], "after it was said");
    const device = await activated(phone, server, "1");
    await phone.forget(device);
    equal(await phone.lost(), [], "after its person removed it");
  });

  await test("setup/an unfinished one comes first", async () => {
    const { phone } = await fixture("ada", "mei");
    await (await setUp(phone, "0")).activate(PIN);
    await refuses(() => setUp(phone, "1"), "unfinished");
    await phone.unfinished()[0].abandon();
    equal((await setUp(phone, "1")).via, null);
  });
}
