// Half of the pretend server: codes become devices.

import { b64, random, unb64 } from "../lib/bytes.js";
import { agree, checkCode, commitment, deriveMacKey, finishText, redeemText, transcriptText } from "../lib/exchange.js";
import { agreeKey, mac, newAgreeKey } from "../lib/pair.js";
import { callText } from "../lib/protocol.js";
import { hash, lines } from "../lib/text.js";
import { verifies, verifyKey } from "./rawkeys.js";

export const id = (prefix) => prefix + "_"
  + [...random(26)].map((byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32]).join("");

/** What a refused call gets: thrown inside, answered outside. */
export const refuse = (status, error, more = {}) => ({ status, body: { error, reference: "7K3M9QXA", ...more } });

/** Keeps devices and checks what they sign and prove. */
export class Desk {
  origin = location.origin;
  codes = new Map(); // code → account
  devices = new Map();
  nonce = "n0";

  /** Makes every nonce that phones have too old. */
  turn() {
    this.nonce = "n" + (Number(this.nonce.slice(1)) + 1);
  }

  look({ body }) {
    const account = this.codes.get(body.code);
    if (!account) throw refuse(404, "activation_failed");
    return { account: { name: account.name }, service: "Harbor Lane", unlock: account.unlock ?? ["pin", "platform"],
      pin: { min: 4, max: 6 }, check_code: true, expires_in: 540,
      made: { browser: "Firefox on Windows", place: "Lyon, France", time: 1893456000 } };
  }

  async redeem({ body }) {
    const offer = { ...body, deviceKey: body.device_key, agreeKey: body.agree_key, phoneName: body.phone_name,
      via: body.via?.device ?? "" };
    const text = redeemText(this.origin, offer);
    if (!(await verifies(await verifyKey(body.device_key), text, body.signature))) throw refuse(400, "bad_request");
    const account = this.codes.get(body.code);
    if (account?.redeemed?.key === body.device_key) return account.redeemed.answer; // the same again
    if (body.via) await this.via(body.via, offer);
    if (!account || account.redeemed) throw refuse(404, "activation_failed");
    const own = await newAgreeKey();
    const answer = { activation: id("act"), device: id("dev"),
      account: { id: account.id ??= id("acc"), name: account.name },
      server_key: own.public, nonce: b64(random(32)), finish_in: 120, ...this.odd };
    account.redeemed = { key: body.device_key, answer };
    this.devices.set(answer.device,
      { id: answer.device, key: body.device_key, state: "new", unlock: body.unlock, own, offer, text, account,
      activation: { id: answer.activation, nonce: answer.nonce, state: "redeemed", cause: "" }, counter: 0, tries: 5 });
    return answer;
  }

  async via({ device, nonce, signature, proof }, offer) {
    if (nonce !== this.nonce) throw refuse(401, "use_nonce");
    const by = this.devices.get(device);
    const text = lines("add", this.origin, device, offer.code, offer.deviceKey, offer.agreeKey, offer.commit, nonce);
    if (!(await verifies(await verifyKey(by.key), text, signature))) throw refuse(400, "bad_request");
    await this.prove(by, text, proof);
  }

  async caller({ method, target, raw, headers }) {
    const [, device, nonce, signature] =
      headers.Authorization?.match(/^Keyturn device=(\w+), nonce=(\w+), signature=([\w-]+)$/) ?? [];
    if (nonce !== this.nonce) throw refuse(401, "use_nonce");
    const row = this.devices.get(device);
    const text = await callText({ origin: this.origin, method, target, device, nonce }, raw);
    if (!row || !(await verifies(await verifyKey(row.key), text, signature))) throw refuse(401, "bad_call");
    return row;
  }

  async finish(device, { body }) {
    const { activation: a, own, offer } = device;
    if (a.state !== "redeemed") {
      if (a.state !== "checking" || a.phoneNonce !== body.phone_nonce) throw refuse(409, "activation_closed");
      return { state: a.state, check_in: 600 };
    }
    const t = await hash(transcriptText({
      origin: this.origin, activation: a.id, account: device.account.id, device: device.id, deviceKey: device.key,
      agreeKey: offer.agreeKey, serverKey: own.public, nonce: a.nonce, phoneNonce: body.phone_nonce,
      unlock: device.unlock,
    }));
    const secret = await agree(own.private, await agreeKey(offer.agreeKey));
    device.kk = await deriveMacKey(secret, t, "kk");
    const want = b64(await mac(device.kk, finishText(this.origin, a.id, device.id, b64(t), device.unlock)));
    device.credential = body.credential;
    const right = (await commitment(body.phone_nonce)) === offer.commit && body.proof === want;
    Object.assign(a,
      { state: right ? "checking" : "failed", digits: await checkCode(secret, t), phoneNonce: body.phone_nonce });
    if (!right) throw refuse(403, "proof_wrong");
    return { state: "checking", check_in: 600 };
  }

  /** The person types digits in the browser. */
  check(deviceId, digits) {
    const device = this.devices.get(deviceId);
    const right = device.activation.digits === digits;
    device.activation = { ...device.activation, state: right ? "active" : "cancelled", cause: right ? "" : "digits" };
    device.state = right ? "active" : "removed";
  }

  async prove(device, text, proof) {
    if (device.unlock === "platform") {
      const said = JSON.parse(new TextDecoder().decode(unb64(proof.client_data)));
      if (said.type !== "webauthn.get" || said.challenge !== b64(await hash(text))) throw refuse(403, "unlock_wrong");
      return;
    }
    if (device.tries === 0) throw refuse(403, "pin_locked");
    device.tries--;
    if (proof.mac !== b64(await mac(device.kk, text))) throw refuse(403, "pin_wrong", { tries_left: device.tries });
    device.tries = 5;
  }
}
