import { b64, unb64 } from "../lib/bytes.js";
import { addText, agree, checkCode, commitment, deriveMacKey, finishText, redeemText,
  transcriptText } from "../lib/exchange.js";
import { agreeKey, mac } from "../lib/pair.js";
import { hash } from "../lib/text.js";
import { equal, test, vectors } from "./check.js";
import { agreePrivate, macKey, raw, verifies, verifyKey } from "./rawkeys.js";

export default async function () {
  const v = await vectors("activation");
  for (const a of v.activations) {
    await test(`activation/${a.name}`, () => activate(a));
  }
  await test("activation/add", async () => {
    const [first, second] = v.activations;
    const offer = { ...offerOf(second), via: v.add.via, unlock: first.unlock };
    equal(addText(second.origin, offer, v.add.nonce), v.add.text, "text");
    equal(redeemText(second.origin, offer), v.add.redeem_text, "redeem text");
    equal(await verifies(await verifyKey(first.device_key), v.add.text, v.add.signature), true, "verified");
    equal(await verifies(await verifyKey(second.device_key), v.add.redeem_text, v.add.redeem_signature), true,
      "redeem verified");
    equal(b64(await mac(await macKey(first.kk), v.add.text)), v.add.mac, "mac");
  });
  for (const { name, key } of v.bad_points) {
    await test(`activation/point ${name}`, async () => equal(await agreeKey(key), null));
  }
  for (const { name, nonce, commit, valid } of v.commitments) {
    await test(`activation/commitment ${name}`, async () =>
      equal(unb64(nonce, 32) !== null && (await commitment(nonce)) === commit, valid));
  }
}

/** @param {any} a */
const offerOf = (a) =>
  ({ code: a.code, deviceKey: a.device_key, agreeKey: a.agree_key, commit: a.commit, unlock: a.unlock,
  phoneName: a.phone_name, platform: a.platform, via: "" });

/** @param {any} a */
async function activate(a) {
  equal(await commitment(a.phone_nonce), a.commit, "commit");
  const text = redeemText(a.origin, offerOf(a));
  equal(text, a.redeem_text, "redeem text");
  equal(await verifies(await verifyKey(a.device_key), text, a.redeem_signature), true, "redeem verified");
  if (a.credential_challenge) equal(b64(await hash(text)), a.credential_challenge, "challenge of the credential");
  const transcript = transcriptText({ origin: a.origin, activation: a.activation, account: a.account, device: a.device,
    deviceKey: a.device_key, agreeKey: a.agree_key, serverKey: a.server_key, nonce: a.server_nonce,
    phoneNonce: a.phone_nonce, unlock: a.unlock });
  equal(transcript, a.transcript_text, "transcript");
  const t = await hash(transcript);
  equal(b64(t), a.t, "t");
  const secret = await agree(await agreePrivate(a.agree_private, a.agree_key), await agreeKey(a.server_key));
  equal(await checkCode(secret, t), a.check_code, "check code");
  const kk = await deriveMacKey(secret, t, "kk");
  for (const name of ["kp", "kk"]) {
    equal(await raw(await deriveMacKey(secret, t, name, true)), a[name], name);
    equal((await deriveMacKey(secret, t, name)).extractable, false, `${name} extractable`);
  }
  const finish = finishText(a.origin, a.activation, a.device, a.t, a.unlock);
  equal(finish, a.finish_text, "finish text");
  equal(b64(await mac(kk, finish)), a.finish_proof, "finish proof");
}
