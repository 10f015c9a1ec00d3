// Calls that need the unlock over a text with the server's nonce: leaving an
// account, and an alarm that pauses a new phone. Spec §12.5 and §12.6.

import { alarmText, removeText } from "./exchange.js";
import { NonceProof } from "./proof.js";

/** @typedef {import("./devices.js").Devices} Devices */
/** @typedef {import("./device.js").Row} Row */

/** A call with a proof, ready for a tap. */
class Proven {
  /**
   * @param {Devices} phone
   * @param {Row} row
   * @param {string} path
   * @param {(nonce: string) => string} textOf
   * @param {object} rest  of the body
   */
  constructor(phone, row, path, textOf, rest) {
    this.phone = phone;
    this.row = row;
    this.path = path;
    this.rest = rest;
    this.by = new NonceProof(phone.api, row, textOf);
    /** @type {Promise<any> | undefined} */
    this.running = undefined;
  }

  async ready() {
    await this.by.ready();
    return this;
  }

  /**
   * In platform mode the system's sheet opens before this returns.
   * @param {string} [pin]
   * @returns {Promise<any>} the server's answer
   */
  send(pin) {
    const sheet = !this.running && this.row.unlock === "platform" ? this.by.make() : undefined;
    this.running ??= this.#send(pin, sheet).finally(() => (this.running = undefined));
    return this.running;
  }

  /** @param {string | undefined} pin @param {Promise<object> | undefined} sheet */
  async #send(pin, sheet) {
    let proof = await sheet;
    if (!proof) await this.by.renew(await this.phone.api.fresh());
    const body = async (/** @type {string} */ nonce) => {
      if (nonce !== this.by.nonce) proof = undefined;
      await this.by.renew(nonce);
      proof ??= await this.by.make(pin);
      return { ...this.rest, proof };
    };
    const answer = await this.phone.signed(this.row, "POST", this.path, body, { nonce: this.by.nonce });
    this.close();
    return answer;
  }

  /** When the screen is left. */
  close() {
    this.by.close();
  }
}

/** Gets ready to leave an account. Fails as its call for a nonce does. @param {Devices} phone @param {Row} row */
export function leave(phone, row) {
  return new Proven(phone, row, "/v1/device/remove", (nonce) => removeText(phone.origin, row.id, nonce), {}).ready();
}

/**
 * Gets ready for an alarm with the unlock. Fails as its call for a nonce does.
 * @param {Devices} phone
 * @param {Row} row
 * @param {number} notice
 */
export function alarm(phone, row, notice) {
  const textOf = (/** @type {string} */ nonce) => alarmText(phone.origin, row.id, notice, nonce);
  return new Proven(phone, row, `/v1/notices/${notice}`, textOf, { action: "alarm" }).ready();
}
