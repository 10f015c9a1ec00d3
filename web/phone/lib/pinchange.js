// Changing the PIN of all accounts of this phone at once, and finding out what
// became of a change that was cut off. Twin of phone/pin.go, spec §11.2.
//
// The new sealed keys are kept beside the old ones before anything is sent that the
// server could act on. Kk, old and new, and the agree keys are in memory only.

import { b64, unb64 } from "./bytes.js";
import { agree, deriveMacKey, pinChangeText, pinTranscriptText } from "./exchange.js";
import { agreeKey, mac, newAgreeKey, sign } from "./pair.js";
import { seal } from "./pin.js";
import { Problem, is, isNetwork } from "./problem.js";
import { personKey } from "./proof.js";
import { hash } from "./text.js";

/** @typedef {import("./device.js").Row} Row */
/** @typedef {import("./device.js").Sealed} Sealed */
/** @typedef {import("./phone.js").Phone} Phone */
/** @typedef {{item: object, sealed: Sealed}} Begun */
/** What became of a change that was cut off. @typedef {"settled" | "changed" | "kept"} Outcome */

const LOCK = "keyturn pin"; // whatever tab: one change at a time, and no answer in the middle of it
const MARGIN = 60; // seconds, for a server that is slow

/** Refusals of a change that can never go through; after any other failure the server is asked. */
const JUDGED = ["pin_wrong", "proof_wrong", "bad_request"];

/**
 * Changes the PIN of all accounts, or of none.
 * @param {Phone} phone
 * @param {{current: string, next: string, earlier?: string}} pins
 *   earlier: of accounts that were paused while the PIN was changed
 * @throws {Problem} unfinished, pin_earlier, pin_kept, pin_unsettled, and what the server says
 */
export function changePin(phone, { current, next, earlier }) {
  return navigator.locks.request(LOCK, async () => {
    await phone.reload();
    await ask(phone);
    if (phone.unfinished().length) throw new Problem("unfinished");
    const rows = await changing(phone);
    if (!earlier && rows.some((row) => row.earlier)) throw new Problem("pin_earlier");
    /** @type {Begun[]} */
    const all = [];
    for (const row of rows) all.push(await begin(phone, row, row.earlier ? earlier ?? "" : current, next));
    await phone.keys.beginChange(new Map(rows.map((row, i) => [row.id, all[i].sealed])));
    await phone.reload();
    await finish(phone, rows[0], all.map(({ item }) => item));
  });
}

/**
 * Finds out what became of a change that was cut off.
 * @param {Phone} phone
 * @returns {Promise<Outcome>}
 * @throws {Problem} pin_unsettled
 */
export function settle(phone) {
  return navigator.locks.request(LOCK, async () => {
    await phone.reload();
    return ask(phone).catch((problem) => (isNetwork(problem) ? unsettled() : Promise.reject(problem)));
  });
}

/** Those that the server, asked now, calls active. @param {Phone} phone */
async function changing(phone) {
  const rows = [];
  let why = "device_suspended";
  for (const row of phone.callers().filter(({ unlock }) => unlock === "pin")) {
    try {
      const { device } = await phone.signed(row, "GET", "/v1/device");
      await phone.told(row, device);
      if (device.state === "active") rows.push(row);
      if (device.state === "pin_locked") why = "pin_locked";
    } catch (problem) {
      if (!is(problem, "device_removed", "bad_call")) throw problem;
    }
  }
  if (!rows.length) throw new Problem(why);
  return rows;
}

/**
 * Agrees on a new key for one account and proves both.
 * @param {Phone} phone @param {Row} row @param {string} pin  of before @param {string} next
 * @returns {Promise<Begun>}
 */
async function begin(phone, row, pin, next) {
  const own = await newAgreeKey();
  const { server_key, nonce, epoch, finish_in } = await sendBegin(phone, row, own.public);
  const other = await agreeKey(server_key);
  if (!other || !unb64(nonce, 32) || epoch !== row.epoch + 1) throw new Problem("answer_odd");
  const agreed = { origin: phone.origin, device: row.id, epoch, agreeKey: own.public, serverKey: server_key, nonce };
  const t = await hash(pinTranscriptText(agreed));
  const secret = await agree(own.private, other);
  const text = pinChangeText(phone.origin, row.id, epoch, b64(t));
  const [old, kk] = [await personKey(row, pin), await deriveMacKey(secret, t, "kk")];
  const [old_proof, new_proof] = [b64(await mac(old, text)), b64(await mac(kk, text))];
  const item = { device: row.id, epoch, old_proof, new_proof, signature: await sign(row.kd, text) };
  const ends = Date.now() + (Number(finish_in) + MARGIN) * 1000;
  return { item, sealed: { epoch, ends, ...(await seal(next, row.kp, await deriveMacKey(secret, t, "kk", true))) } };
}

/** @param {Phone} phone @param {Row} row @param {string} agree_key @returns {Promise<any>} the answer of spec §11.2 */
const sendBegin = (phone, row, agree_key) =>
  phone.signed(row, "POST", "/v1/pin/begin", { agree_key }, { safe: true });

/**
 * Sends the change, once.
 * @param {Phone} phone @param {Row} by @param {object[]} items
 */
async function finish(phone, by, items) {
  try {
    await phone.signed(by, "POST", "/v1/pin/finish", { items });
  } catch (problem) {
    if (is(problem, ...JUDGED)) await end(phone, false);
    else if ((await ask(phone).catch(unsettled)) === "changed") return;
    throw isNetwork(problem) ? new Problem("pin_kept") : problem;
  }
  await end(phone, true);
}

/** @returns {never} */
function unsettled() {
  throw new Problem("pin_unsettled");
}

/**
 * It isn't enough that the server still has the old key: a finish may be on its way. So
 * a further change is begun and left alone, after which the one before can't be
 * finished. All accounts change together: what is true of one is true of all.
 * @param {Phone} phone
 * @returns {Promise<Outcome>}
 */
async function ask(phone) {
  const open = () => [...phone.rows.values()].filter((row) => row.next && row.state !== "removed");
  for (const row of open()) {
    const changed = await truth(phone, row);
    if (changed === null) continue;
    await end(phone, changed);
    return changed ? "changed" : "kept";
  }
  if (open().length) throw new Problem("pin_unsettled");
  return "settled";
}

/**
 * @param {Phone} phone
 * @param {Row} row  with next
 * @returns {Promise<boolean | null>} whether it went through; null: this account can't say
 */
async function truth(phone, row) {
  const next = /** @type {Sealed} */ (row.next);
  let over = Date.now() > next.ends;
  try {
    const { epoch } = await sendBegin(phone, row, (await newAgreeKey()).public);
    return epoch > next.epoch;
  } catch (problem) {
    if (is(problem, "device_removed", "bad_call")) return null;
    over ||= is(problem, "change_gone", "pin_locked");
    if (!over && !is(problem, "device_suspended")) throw problem;
  }
  const { device } = await phone.signed(row, "GET", "/v1/device");
  if (device.pin_epoch >= next.epoch) return true;
  return over ? false : null;
}

/** Keeps one of the two keys of each account, all in one step. @param {Phone} phone @param {boolean} changed */
async function end(phone, changed) {
  await phone.keys.endChange(changed);
  await phone.reload();
  phone.toldOthers();
}
