import { b64 } from "../lib/bytes.js";
import { phoneOf, readChallenge } from "../lib/protocol.js";
import { hash } from "../lib/text.js";
import { equal, test, vectors } from "./check.js";

export default async function () {
  const { phone, challenges, refused, phones = [] } = await vectors("challenges");
  for (const { name, fields, text, hash: want } of challenges) {
    await test(`challenges/${name}`, async () => {
      const { account_name, created, ...rest } = fields;
      const { origin, request, device, account, ...others } = rest;
      const { app, action, message, browser, ip, place, carry } = others;
      equal(readChallenge(text, phone).challenge,
        { origin, request, device, account, name: account_name, app, action, message,
        browser, ip, place, created: Number(created), carry });
      equal(b64(await hash(text)), want, "hash");
    });
  }
  for (const { name, message, added, phone: of } of phones) {
    await test(`challenges/A104 ${name}`, () => equal(phoneOf(message), { name: of, added }));
  }
  for (const { name, text } of refused) {
    await test(`challenges/${name}`, () => equal(readChallenge(text, phone).challenge, null));
  }
}
