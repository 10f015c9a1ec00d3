// Leaving an account, forgetting it, and answering without a network.

import { equal, refuses, test } from "./check.js";
import { PIN, activated, fixture, open, stored } from "./fixture.js";

export default async function () {
  await test("leave/with the PIN the account is gone there and here", async () => {
    const { server, phone } = await fixture("ada");
    const device = await activated(phone, server, "0");
    const leave = await phone.leave(device);
    await refuses(() => leave.send("Wr0ng"), "pin_wrong");
    equal(phone.accounts().length, 1);
    server.turn();
    await leave.send(PIN);
    equal([server.devices.get(device).state, phone.accounts().length, await stored(phone)], ["removed", 0, "[]"]);
  });

  await test("leave/one that was removed already counts as left", async () => {
    const { server, phone } = await fixture("ada");
    const device = await activated(phone, server, "0");
    const leave = await phone.leave(device);
    server.devices.get(device).state = "removed";
    await leave.send(PIN);
    equal(phone.accounts().length, 0);
  });

  await test("leave/reset deletes everything", async () => {
    const { server, phone } = await fixture("ada");
    await activated(phone, server, "0");
    await phone.setSetting("camera", "rear");
    await phone.reset();
    equal([await stored(phone), await phone.setting("camera"), await phone.setting("known")],
      ["[]", undefined, undefined]);
  });

  await test("leave/A94 after a reset this window begins anew, and another one has no keys any more", async () => {
    const { server, phone, storage } = await fixture("ada", "mei");
    const other = await open(server, storage);
    await activated(phone, server, "0");
    await other.reload();
    await phone.reset();
    // A message and a press at once: what both open is closed again.
    await Promise.all([other.reload(), other.reload()]);
    for (const since = Date.now(); other.accounts().length && Date.now() - since < 60_000; ) {
      await new Promise((go) => setTimeout(go, 5));
    }
    equal(other.accounts(), [], "in the other window");
    equal([await phone.setting("camera"), await activated(phone, server, "1"), server.devices.size],
      [undefined, phone.accounts()[0].device, 2]);
    await other.reload();
    equal(other.accounts().map(({ account }) => account.name), ["mei"]);
    await phone.reset();
  });

  await test("leave/a response without a network: any PIN gives one", async () => {
    const { server, phone } = await fixture("ada");
    const offline = await phone.offline(await activated(phone, server, "0"));
    server.offline = true;
    const [right, again, wrong] =
      await Promise.all([offline.respond("4829 1736", PIN), offline.respond("48291736", PIN),
        offline.respond("48291736", "Wr0ng")]);
    equal([/^[0-9]{8}$/.test(right), again === right, /^[0-9]{8}$/.test(wrong), wrong === right],
      [true, true, true, false]);
    await refuses(() => offline.respond("00000016", PIN), "challenge_form");
  });
}
