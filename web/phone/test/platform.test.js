// The phone's own unlock, against the browser's virtual authenticator.

import { equal, refuses, test } from "./check.js";
import { activated, fixture, open, setUp, stored } from "./fixture.js";

export default async function () {
  if (new URLSearchParams(location.search).has("refused")) return refused();
  await test("platform/a first phone and a request", async () => {
    const { server, phone } = await fixture("ada");
    const device = await activated(phone, server, "0", "platform");
    const [row] = JSON.parse(await stored(phone));
    equal([row.kk.extractable, row.ck], [false, undefined], "Kk");
    equal(typeof server.devices.get(device).credential.attestation_object, "string", "registration");
    const { id } = server.ask(device);
    await phone.check();
    const answer = await phone.answer(phone.request(id), "approve", { number: "042317" });
    server.lost = "/answer";
    await refuses(() => answer.send(), "unsure");
    equal(await answer.send(), { state: "approved" });
    const [first, second] = server.sent.filter(({ path }) => path.endsWith("/answer"));
    equal(first.body, second.body, "without another sheet");
  });

  await test("platform/a second account uses the one credential", async () => {
    const { server, phone } = await fixture("ada", "mei");
    const first = await activated(phone, server, "0", "platform");
    const setup = await setUp(phone, "1", "platform");
    equal([setup.unlock, setup.via], ["platform", { name: "ada" }]);
    const activation = await setup.activate();
    const { same_as } = server.devices.get(activation.device).credential;
    equal(same_as, first);
    server.check(activation.device, activation.check);
    equal(await activation.look(), "active");
    const [a, b] = JSON.parse(await stored(phone));
    equal(a.credential, b.credential);
  });

  await test("platform/closed between redeem and finish: it finishes by itself", async () => {
    const { server, phone, storage } = await fixture("ada");
    const send = server.send;
    phone.api.send = (url, init) =>
      (String(url).endsWith("/finish") ? Promise.reject(new TypeError("network")) : send(url, init));
    await refuses(async () => (await setUp(phone, "0", "platform")).activate(), "unsure");
    const [activation] = (await open(server, storage)).unfinished();
    equal([await activation.look(), server.count("/redeem")], ["checking", 1]);
  });

  await test("platform/leaving, with a nonce that has become too old", async () => {
    const { server, phone } = await fixture("ada");
    const leave = await phone.leave(await activated(phone, server, "0", "platform"));
    server.turn();
    await leave.send();
    equal(phone.accounts().length, 0);
  });

  await test("platform/a response without a network asks for the unlock", async () => {
    const { server, phone } = await fixture("ada");
    const offline = await phone.offline(await activated(phone, server, "0", "platform"));
    const response = await offline.respond("48291736");
    equal(/^[0-9]{8}$/.test(response), true);
  });
}

/** The same with an unlock that fails: a closed sheet costs no code. */
async function refused() {
  await test("platform/A63 a closed sheet sends nothing", async () => {
    const { server, phone } = await fixture("ada");
    const setup = await setUp(phone, "0", "platform");
    await refuses(() => setup.activate(), "unlock_closed");
    equal([server.count("/redeem"), setup.redeemed], [0, false]);
    equal(await stored(phone), "[]");
  });
}
