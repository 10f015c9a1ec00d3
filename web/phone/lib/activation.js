// From the server's answer to a redeem until the device is active, also over a
// restart of the app. Spec §6.4 to §6.7.

import { b64 } from "./bytes.js";
import { deadline, later } from "./clock.js";
import { finishText } from "./exchange.js";
import { mac } from "./pair.js";
import { is } from "./problem.js";
import { personKey } from "./proof.js";

/** @typedef {import("./device.js").Row} Row */
/** @typedef {import("./device.js").Unfinished} Unfinished */
/** @typedef {import("./devices.js").Devices} Devices */
/** @typedef {"redeemed" | "checking" | "active" | "ended"} State */

/** Where an activation is ended before it is finished. */
export const STOP = "/v1/activations/stop";

const RETRY = 3000; // milliseconds

/** Codes that say that there is nothing to finish any more. */
const OVER = ["activation_closed", "bad_call", "device_removed"];

/** A device that is not active yet. */
export class Activation {
  /** @param {Devices} phone @param {Row} row  with its activation @param {CryptoKey} [kk]  in memory only */
  constructor(phone, row, kk) {
    this.phone = phone;
    this.row = row;
    this.kk = kk ?? row.kk;
    this.device = row.id;
    this.account = row.account;
    this.service = row.service;
    this.unlock = row.unlock;
    this.unfinished = /** @type {Unfinished} */ (row.activation);
    this.check = this.unfinished.check;
    this.ends = this.unfinished.ends;
    /** @type {State} */
    this.state = "redeemed";
    this.cause = "";
    this.needsPin = false;
    this.replaced = ""; // name of the phone that this one stands for now
    this.codes = false; // recovery codes are waiting on the computer
    this.left = 0; // tries on the computer, after wrong digits
  }

  /**
   * Sends the finish, also again. After a restart the PIN is typed once more;
   * one that is wrong ends the activation, since only the server could tell.
   * @param {string} [pin]
   * @returns {Promise<State>}
   */
  async finish(pin) {
    const { id, t, nonce, credential } = this.unfinished;
    this.kk ??= await personKey(this.row, pin);
    const proof = b64(await mac(this.kk, finishText(this.phone.origin, id, this.device, t, this.unlock)));
    try {
      const body = { activation: id, phone_nonce: nonce, proof, ...(credential && { credential }) };
      const { state, check_in } = await this.phone.signed(this.row, "POST", "/v1/activations/finish", body);
      if (check_in) this.ends = this.unfinished.ends = deadline(check_in);
      return await this.#reached(state, "");
    } catch (problem) {
      if (is(problem, "proof_wrong", "unlock_refused", ...OVER)) await this.#reached("ended", "");
      throw problem;
    }
  }

  /** Asks where the activation stands; in platform mode finishes it if it has to be. @returns {Promise<State>} */
  async look() {
    const state = await this.#ask(0);
    if (state === "redeemed" && this.kk) return this.finish();
    this.needsPin = state === "redeemed";
    return state;
  }

  /**
   * Waits until the digits were typed, or the activation ended. A lost network
   * is waited out.
   * @param {AbortSignal} signal
   * @param {() => void} [told]  after each answer
   * @returns {Promise<State>}
   */
  async wait(signal, told = () => {}) {
    while (this.state === "checking" && !signal.aborted) {
      try {
        await this.#ask(25, signal);
        told();
      } catch {
        await later(signal.aborted ? 0 : RETRY);
      }
    }
    return this.state;
  }

  /** Deletes the keys here. The browser that waits is told; if it doesn't hear it, the activation runs out. */
  abandon() {
    const body = { activation: this.unfinished.id, cause: "person" };
    this.phone.signed(this.row, "POST", STOP, body, { safe: true }).catch(() => {});
    return this.#reached("ended", "person");
  }

  /** @param {number} wait @param {AbortSignal} [signal] */
  async #ask(wait, signal) {
    try {
      const { state, cause, replaced, codes, tries_left } = await this.phone.signed(this.row, "GET",
        `/v1/activations/${this.unfinished.id}?wait=${wait}`, undefined, { wait, signal });
      Object.assign(this, { replaced: replaced ?? "", codes: codes === true, left: tries_left ?? 0 });
      return await this.#reached(state, cause ?? "");
    } catch (problem) {
      if (is(problem, ...OVER)) return this.#reached("ended", "");
      throw problem;
    }
  }

  /** @param {string} state  of the server @param {string} cause @returns {Promise<State>} */
  async #reached(state, cause) {
    if (state === "active") {
      const { activation, ...row } = this.row;
      await this.phone.keep({ ...row, state: "active" });
      await this.phone.supersede(row);
    } else if (state === "redeemed" || state === "checking") {
      if (state === "checking") await this.phone.keep(this.row);
    } else {
      await this.phone.forget(this.device);
    }
    if (state !== "redeemed") this.kk = this.row.kk; // of PIN mode only the finish needed it
    this.cause = cause;
    this.state = state === "active" || state === "redeemed" || state === "checking" ? state : "ended";
    return this.state;
  }
}
