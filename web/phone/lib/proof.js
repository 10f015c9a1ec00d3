// PROOF: that the phone's person is there, over one text. Spec §6.8 and §8.4.

import { b64 } from "./bytes.js";
import { mac } from "./pair.js";
import { unseal } from "./pin.js";
import { Problem } from "./problem.js";
import { hash } from "./text.js";
import { get } from "./unlock.js";

/** @typedef {import("./device.js").Row} Row */

/** A proof that is ready to be asked for. */
export class Proof {
  /** @param {Row} row @param {string} host @param {string} text @param {Uint8Array<ArrayBuffer>} challenge */
  constructor(row, host, text, challenge) {
    this.row = row;
    this.host = host;
    this.text = text;
    this.challenge = challenge;
  }

  /**
   * @param {Row} row  whose person proves
   * @param {string} origin
   * @param {string} text
   */
  static async over(row, origin, text) {
    return new Proof(row, new URL(origin).hostname, text, await hash(text));
  }

  /**
   * Asks for the unlock. In platform mode the system's sheet opens before this
   * returns.
   * @param {string} [pin]
   * @returns {Promise<object>} as it is sent
   */
  make(pin) {
    if (this.row.unlock === "platform") return get(this.host, this.row.credential, this.challenge);
    return this.#mac(pin);
  }

  /** @param {string | undefined} pin */
  async #mac(pin) {
    const kk = await personKey(this.row, pin);
    return { type: "pin", mac: b64(await mac(kk, this.text)) };
  }
}

/**
 * Kk for one computation: of platform mode as it is stored, of PIN mode as the
 * PIN opens it. Nobody stores it.
 * @param {Row} row
 * @param {string | undefined} pin
 */
export async function personKey(row, pin) {
  if (row.kk) return row.kk;
  if (row.next) throw new Problem("pin_unsettled");
  if (!pin) throw new Problem("pin_needed");
  const { ck, salt } = /** @type {Required<Row>} */ (row);
  return unseal(pin, row.kp, { ck, salt });
}

const RENEW = 120_000; // milliseconds; a nonce is good for 300 s, and people take their time

/**
 * A proof over a text that holds a server's nonce. It is kept young, since the sheet has to open before anything is
 * asked of the server.
 */
export class NonceProof {
  /**
   * @param {import("./api.js").Api} api
   * @param {Row} row
   * @param {(nonce: string) => string} textOf
   */
  constructor(api, row, textOf) {
    this.api = api;
    this.row = row;
    this.textOf = textOf;
    this.nonce = "";
    /** @type {Proof | null} */
    this.proof = null;
  }

  /** Gets ready. Until close, a proof by the system's sheet stays ready. */
  async ready() {
    await this.renew(await this.api.fresh());
    if (this.row.unlock === "platform") {
      this.timer = setInterval(() => this.api.fresh().then((nonce) => this.renew(nonce)).catch(() => {}), RENEW);
    }
    return this;
  }

  /** @param {string} nonce */
  async renew(nonce) {
    if (nonce === this.nonce) return;
    this.proof = await Proof.over(this.row, this.api.origin, this.textOf(nonce));
    this.nonce = nonce;
  }

  /** @param {string} [pin] */
  make(pin) {
    return /** @type {Proof} */ (this.proof).make(pin);
  }

  close() {
    clearInterval(this.timer);
  }
}
