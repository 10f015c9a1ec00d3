import { b64, unb64 } from "../lib/bytes.js";
import { agree, deriveMacKey, pinChangeText, pinTranscriptText } from "../lib/exchange.js";
import { agreeKey, mac } from "../lib/pair.js";
import { seal, unseal } from "../lib/pin.js";
import { pinProblem } from "../lib/pinrules.js";
import { hash, lines } from "../lib/text.js";
import { equal, test, vectors } from "./check.js";
import { agreePrivate, macKey, raw, verifies, verifyKey } from "./rawkeys.js";

export default async function () {
  const v = await vectors("pins");
  for (const s of v.sealing) await test(`pins/${s.name}`, () => sealed(s));
  await test("pins/change", () => change(v.change));
  await test("pins/a seal opens with its own PIN only, and always opens", async () => {
    const kp = await macKey(b64(new Uint8Array(32)));
    const kk = await macKey(b64(new Uint8Array(32).fill(7)));
    const made = await seal("k7#Q", kp, kk);
    const first = b64(await mac(await unseal("k7#Q", kp, made), "x"));
    equal(first, b64(await mac(kk, "x")), "right PIN");
    const other = await unseal("k7#R", kp, made);
    equal(b64(await mac(other, "x")) === first, false, "wrong PIN opens to the same key");
    equal(other.extractable, false, "extractable");
  });
  await test("pins/rules", rules);
}

/** @param {any} s */
async function sealed(s) {
  const kp = await macKey(s.kp);
  const salt = unb64(s.salt, 16);
  const stretched = await mac(kp, lines("pin", s.typed.normalize("NFKC")));
  equal(b64(stretched), s.stretched, "stretched");
  const base = await crypto.subtle.importKey("raw", stretched, "PBKDF2", false, ["deriveBits"]);
  const kek = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: s.iterations }, base,
    256);
  equal(b64(kek), s.kek, "kek");
  equal(b64((await seal(s.sealed_with, kp, await macKey(s.kk), salt)).ck), s.ck, "ck");
  const key = await unseal(s.typed, kp, { ck: unb64(s.ck), salt });
  const made = b64(await mac(key, s.text));
  equal(made, s.mac, "mac");
  equal(made, b64(await mac(await macKey(s.unsealed), s.text)), "mac of the unsealed key");
  equal(s.unsealed === s.kk, s.right, "right");
}

/** @param {any} c */
async function change(c) {
  const transcript = pinTranscriptText({ origin: c.origin, device: c.device, epoch: c.epoch, agreeKey: c.agree_key,
    serverKey: c.server_key, nonce: c.nonce });
  equal(transcript, c.transcript_text, "transcript");
  const t = await hash(transcript);
  equal(b64(t), c.t, "t");
  const secret = await agree(await agreePrivate(c.agree_private, c.agree_key), await agreeKey(c.server_key));
  equal(await raw(await deriveMacKey(secret, t, "kk", true)), c.new_kk, "new kk");
  const text = pinChangeText(c.origin, c.device, c.epoch, c.t);
  equal(text, c.text, "text");
  equal(b64(await mac(await macKey(c.old_kk), text)), c.old_proof, "old proof");
  equal(b64(await mac(await deriveMacKey(secret, t, "kk"), text)), c.new_proof, "new proof");
  equal(await verifies(await verifyKey(c.public_key), text, c.signature), true, "verified");
}

function rules() {
  for (const [pin, want] of [
    ["7Kq2", null], ["k7#Q", null], ["ｋ７＃Ｑ", null], ["密码锁键", null], ["🔑7k2", null], ["839", "short"],
    ["8392716", "long"],
    ["83 27", "chars"], ["8327\u0007", "chars"], ["1111", "same"], ["aAaA", "same"], ["1234", "row"], ["9876", "row"],
    ["dcba", "row"],
    ["qwer", "row"], ["1qaz", "row"], ["7890", "row"], ["1212", "repeat"], ["839839", "repeat"], ["1987", "date"],
    ["2412", "date"],
    ["1224", "date"], ["241283", "date"], ["831224", "date"], ["mei.", "name"], ["chen", "name"], ["chen7", "name"],
    ["2580", "common"],
  ]) {
    equal(pinProblem(pin, { min: 4, max: 6 }, "mei.chen"), want, pin);
  }
}
