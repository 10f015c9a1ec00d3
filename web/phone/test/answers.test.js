import { b64, unb64 } from "../lib/bytes.js";
import { mac } from "../lib/pair.js";
import { answerText } from "../lib/protocol.js";
import { split } from "../lib/text.js";
import { equal, refuses, test, vectors } from "./check.js";
import { macKey, verifies, verifyKey } from "./rawkeys.js";

const NAMES = ["origin", "request", "device", "challenge", "decision", "carried", "value", "unlock", "counter"];

export default async function () {
  const v = await vectors("answers");
  const key = await verifyKey(v.public_key);
  const kk = await macKey(v.kk);
  for (const { name, carry, fields, text, signature, mac: want } of v.answers) {
    await test(`answers/${name}`, async () => {
      equal(answerText({ ...fields, challenge: fields.challenge_hash, counter: Number(fields.counter) }, carry), text,
        "text");
      equal(await verifies(key, text, signature), true, "verified");
      if (want) equal(b64(await mac(kk, text)), want, "mac");
    });
  }
  for (const check of v.checks) {
    await test(`answers/${check.name}`, async () => equal(await taken(check, v, key, kk), check.valid));
  }
  const good = { ...v.answers[0].fields, challenge: v.answers[0].fields.challenge_hash, counter: 7 };
  await test("answers/the phone builds no other combination", async () => {
    for (const bad of [{ unlock: "none" }, { value: "42317" }, { carried: "none" }, { decision: "deny" },
      { counter: 0 }, { counter: 2 ** 53 }]) {
      await refuses(() => answerText({ ...good, ...bad }, "number"), "RangeError: no such answer");
    }
  });
}

/** Whether a server that knows what the vector's does would take it, judged with the phone's own functions. */
async function taken({ carry, text, signature, mac: sent }, { answers, number }, key, kk) {
  const asked = answers.find((/** @type {any} */ answer) => answer.carry === carry);
  const fields = split(text, "answer", NAMES.length);
  if (!fields) return false;
  const a = Object.fromEntries(NAMES.map((name, i) => [name, fields[i]]));
  try {
    if (answerText({ ...a, counter: Number(a.counter) }, carry) !== text) return false;
  } catch {
    return false;
  }
  const same = ["origin", "request", "device"].every((name) => a[name] === asked.fields[name]);
  if (!same || a.challenge !== asked.fields.challenge_hash || !(await verifies(key, text, signature))) return false;
  if (a.decision !== "approve") return true;
  const proven = sent && unb64(sent, 32) && sent === b64(await mac(kk, text));
  return Boolean(proven) && (a.carried !== "number" || a.value === number);
}
