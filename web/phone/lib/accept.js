// Taking the server's answer to a redeem: one, ever. Keys are agreed, Kk is sealed
// and all is stored before anything else is sent. Spec §4.2, §6.3 to §6.5.

import { b64, unb64 } from "./bytes.js";
import { deadline } from "./clock.js";
import { agree, checkCode, deriveMacKey, transcriptText } from "./exchange.js";
import { agreeKey } from "./pair.js";
import { seal } from "./pin.js";
import { Problem } from "./problem.js";
import { hash } from "./text.js";

/** @typedef {import("./pair.js").Pair} Pair */
/** @typedef {import("./setup.js").Setup} Setup */

/**
 * Makes a device of the server's answer and stores it.
 * @param {Setup} setup  whose answer is there
 * @param {string} [pin]
 * @returns {Promise<{row: import("./device.js").Row, kk: CryptoKey}>} Kk for the finish, in memory only
 * @throws {Problem} answer_odd, no_storage
 */
export async function accept(setup, pin) {
  const { phone, look, offer, answer, unlock } = setup;
  const { secret, t } = await agreed(setup);
  const [kp, kk, check] = await Promise.all([
    deriveMacKey(secret, t, "kp"), deriveMacKey(secret, t, "kk"), checkCode(secret, t),
  ]);
  const person = unlock === "platform"
    ? { kk, credential: setup.viaRow?.credential ?? setup.credential.id }
    : await seal(/** @type {string} */ (pin), kp, await deriveMacKey(secret, t, "kk", true));
  const credential = setup.viaRow ? { same_as: setup.viaRow.id } : setup.credential;
  /** @type {import("./device.js").Row} */
  const row = {
    id: answer.device, account: { id: answer.account.id, name: answer.account.name }, service: look.service,
    unlock, phoneName: offer.phoneName, state: "unfinished", ended: null, added: Date.now(),
    kd: /** @type {Pair} */ (setup.kd).private, kp, ...person, epoch: 1, counter: 0,
    activation: { id: answer.activation, t: b64(t), nonce: setup.nonce, check, ends: deadline(answer.finish_in),
      ...(unlock === "platform" && { credential }) },
  };
  await phone.keep(row);
  return { row, kk };
}

/**
 * Checks the answer's form and agrees on the secret.
 * @param {import("./setup.js").Setup} setup
 */
async function agreed({ phone, offer, answer, agree: own, nonce, unlock }) {
  const id = (/** @type {unknown} */ value, /** @type {string} */ prefix) =>
    typeof value === "string" && new RegExp(`^${prefix}_[A-Z2-7]{26}$`).test(value);
  const other = await agreeKey(answer.server_key);
  const good = other && unb64(answer.nonce, 32) && id(answer.activation, "act") && id(answer.device, "dev")
    && id(answer.account?.id, "acc") && typeof answer.account.name === "string";
  if (!good) throw new Problem("answer_odd");
  const t = await hash(transcriptText({
    origin: phone.origin, activation: answer.activation, account: answer.account.id, device: answer.device,
    deviceKey: offer.deviceKey, agreeKey: offer.agreeKey, serverKey: answer.server_key, nonce: answer.nonce,
    phoneNonce: nonce, unlock,
  }));
  return { t, secret: await agree(/** @type {import("./pair.js").Pair} */ (own).private, other) };
}
