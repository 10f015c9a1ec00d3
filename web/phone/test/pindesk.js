// The pretend server's part of a PIN change: what is agreed, checked and written.

import { b64, random, unb64 } from "../lib/bytes.js";
import { agree, deriveMacKey, pinChangeText, pinTranscriptText } from "../lib/exchange.js";
import { agreeKey, mac, newAgreeKey } from "../lib/pair.js";
import { hash } from "../lib/text.js";
import { refuse } from "./desk.js";
import { verifies, verifyKey } from "./rawkeys.js";

const epochOf = (device) => device.epoch ?? 1;

/** A newer one ends an older. */
export async function begin(device, devices, { body }) {
  delete device.change;
  if (device.state !== "active") throw refuse(403, device.state === "pin_locked" ? "pin_locked" : "device_suspended");
  if (devices.some(({ state }) => state === "new")) throw refuse(409, "change_gone");
  const own = await newAgreeKey();
  device.change = { own, agreeKey: body.agree_key, epoch: epochOf(device) + 1, nonce: b64(random(32)) };
  return { server_key: own.public, nonce: device.change.nonce, epoch: device.change.epoch, finish_in: 120 };
}

/** All devices, or none. */
export async function finish(origin, devices, { body }, tries) {
  const active = devices.filter(({ state, unlock }) => state === "active" && unlock === "pin");
  const items = new Map(body.items.map((item) => [item.device, item]));
  if (items.size !== active.length
    || !active.every(({ id, change }) => change && items.get(id)?.epoch === change.epoch)) {
    throw refuse(409, "change_gone");
  }
  const made = [];
  for (const device of active) made.push(await keysOf(origin, device));
  let [old, fresh] = [true, true];
  for (const [i, device] of active.entries()) {
    const { old_proof, new_proof, signature } = items.get(device.id);
    const { kk, text } = made[i];
    if (!(await verifies(await verifyKey(device.key), text, signature))) throw refuse(409, "change_gone");
    old &&= old_proof === b64(await mac(device.kk, text));
    fresh &&= new_proof === b64(await mac(kk, text));
  }
  if (!old) throw tries();
  if (!fresh) throw refuse(403, "proof_wrong");
  active.forEach((device, i) =>
    Object.assign(device, { kk: made[i].kk, epoch: device.change.epoch, change: undefined }));
  return { epochs: Object.fromEntries(active.map((device) => [device.id, device.epoch])) };
}

async function keysOf(origin, { id, change: { own, agreeKey: theirs, epoch, nonce } }) {
  if (unb64(nonce, 32) === null) throw new Error("nonce");
  const agreed = { origin, device: id, epoch, agreeKey: theirs, serverKey: own.public, nonce };
  const t = await hash(pinTranscriptText(agreed));
  return { kk: await deriveMacKey(await agree(own.private, await agreeKey(theirs)), t, "kk"),
    text: pinChangeText(origin, id, epoch, b64(t)) };
}
