import { b64 } from "../lib/bytes.js";
import { challengeProblem, ocra, response } from "../lib/ocra.js";
import { mac } from "../lib/pair.js";
import { lines } from "../lib/text.js";
import { equal, test, unhex, vectors } from "./check.js";
import { macKey } from "./rawkeys.js";

export default async function () {
  const v = await vectors("offline");
  for (const [i, c] of [...v.rfc6287, ...v.own_suite].entries()) {
    await test(`offline/${c.suite} ${c.question} (${i})`, async () => equal(await run(c), c.response));
  }
  for (const question of v.collision.questions) {
    await test(`offline/collision ${question}`, async () => {
      equal(await run({ suite: "OCRA-1:HOTP-SHA256-8:QN08", key_hex: v.collision.key_hex, question }),
        v.collision.response);
      equal(challengeProblem(question), "form", "refused");
    });
  }
  for (const { name, kp, kk, a, ko, challenge, response: want } of v.device) {
    await test(`offline/${name} ${challenge}`, async () => {
      const first = await mac(await macKey(kk), "keyturn/v1 offline\n");
      equal(b64(first), a, "a");
      equal(b64(await mac(await macKey(kp), lines("offline", a))), ko, "ko");
      equal(challengeProblem(challenge), null, "taken");
      equal(await response(await macKey(kp), await macKey(kk), challenge), want);
    });
  }
  for (const { challenge } of v.refused) {
    await test(`offline/refused ${challenge}`, () => equal(challengeProblem(challenge), "form"));
  }
}

/** @param {any} c */
async function run({ suite, key_hex, question, counter, pin, minutes }) {
  const hash =
    /** @type {any} */ ({ SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" })[suite.match(/HOTP-(SHA\d+)/)[1]];
  const key = await macKey(b64(unhex(key_hex)), hash);
  const hashed = pin === undefined ? undefined
    : new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(pin)));
  return ocra(suite, key, { question, pin: hashed, counter: big(counter), minutes: big(minutes) });
}

/** @param {string | number | undefined} value */
const big = (value) => (value === undefined ? undefined : BigInt(value));
