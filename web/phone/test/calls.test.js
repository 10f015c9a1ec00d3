import { callText } from "../lib/protocol.js";
import { equal, test, vectors } from "./check.js";
import { verifies, verifyKey } from "./rawkeys.js";

export default async function () {
  const v = await vectors("calls");
  const key = await verifyKey(v.public_key);
  for (const call of v.calls) {
    await test(`calls/${call.name}`, async () => {
      const text = await callText(call, new TextEncoder().encode(call.body));
      equal(text, call.text, "text");
      equal(await verifies(key, text, call.signature), call.valid, "verified");
    });
  }
}
