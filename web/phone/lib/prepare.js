// Before a set-up: what the server says of a code, and how this phone would
// become a device with it. Nothing here uses a code up. Spec §6.2 and §6.8.

import { deadline } from "./clock.js";
import { Problem, is } from "./problem.js";
import { Setup } from "./setup.js";
import { platform } from "./system.js";
import { clean } from "./words.js";

/**
 * @typedef {object} Look
 * @property {string} code
 * @property {{name: string}} account
 * @property {string} service
 * @property {("pin" | "platform")[]} unlock   what the operator allows
 * @property {{min: number, max: number}} pin
 * @property {boolean} checkCode
 * @property {number} ends   milliseconds of this phone's clock
 * @property {{browser: string, place: string, time: number}} made  in which browser, where and when the code was made
 * @property {string} replaces  name of the phone that ends, or that was named as lost; else empty
 */

/**
 * Asks what a code is for, which uses nothing up. Fails as its call does.
 * @param {import("./phone.js").Phone} phone
 * @param {string} code  16 symbols
 * @returns {Promise<Look>}
 */
export async function look(phone, code) {
  const { account, service, unlock, pin, check_code, expires_in, made, replaces } =
    await phone.api.open("POST", "/v1/activations/look", { code }, { safe: true });
  const known = unlock.filter((/** @type {string} */ one) => one === "pin" || one === "platform");
  return { code, account, service, unlock: known, pin, checkCode: check_code !== false, ends: deadline(expires_in),
    made: { browser: "", place: "", time: 0, ...made }, replaces: replaces ?? "" };
}

/**
 * Makes a set-up: with the unlock that this phone has, else with a new one.
 * @param {import("./phone.js").Phone} phone
 * @param {Look} look
 * @param {{name: string, unlock?: "pin" | "platform"}} options
 * @throws {Problem} unfinished, here, locked
 */
export async function prepare(phone, look, { name, unlock }) {
  if (phone.unfinished().length) throw new Problem("unfinished");
  await phone.settle();
  for (const row of phone.callers().filter((row) => row.account.name === look.account.name)) {
    // It may have been removed in the meantime: then it does not stand in the way.
    const { device } = await phone.signed(row, "GET", "/v1/device").catch(unlessGone);
    await phone.told(row, device);
  }
  const rows = phone.callers();
  if (rows.some((row) => row.state === "active" && row.account.name === look.account.name)) throw new Problem("here");
  // A locked one is over: its PIN stands for nothing any more. One of the same account is being replaced.
  const lasting = rows.filter((row) => row.state !== "pin_locked" && row.account.name !== look.account.name);
  const fitting = lasting.filter((row) => look.unlock.includes(row.unlock));
  const active = fitting.filter((row) => row.state === "active");
  if (fitting.length && !active.length) throw new Problem("locked");
  const answering = active.filter((row) => !row.earlier);
  if (active.length && !answering.length) throw new Problem("pin_earlier");
  const via = answering.find((row) => row.unlock === unlock) ?? answering[0] ?? null;
  return new Setup(phone, look, named(name), via?.unlock ?? proposed(look.unlock, unlock), via).ready();
}

/** @param {("pin" | "platform")[]} allowed @param {"pin" | "platform" | undefined} wanted */
function proposed(allowed, wanted) {
  if (wanted && allowed.includes(wanted)) return wanted;
  const usual = platform() === "ios" ? "platform" : "pin";
  return allowed.includes(usual) ? usual : allowed[0];
}

/**
 * A name as the server takes it: 1 to 40 characters, all of which are seen. The joiner inside an emoji isn't.
 * @param {string} name
 */
function named(name) {
  return clean(clean(name, name.length).trim(), 40) || "Keyturn";
}

/** @param {unknown} problem @returns {{device?: any}} */
function unlessGone(problem) {
  if (is(problem, "device_removed", "bad_call")) return {};
  throw problem;
}
