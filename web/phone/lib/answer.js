// Answering a request: text and counter first, then the unlock, then one call.
// Spec §8.4 and §8.6.

import { b64 } from "./bytes.js";
import { sign } from "./pair.js";
import { Problem, is } from "./problem.js";
import { Proof } from "./proof.js";
import { answerText } from "./protocol.js";
import { hash } from "./text.js";

/** @typedef {import("./inbox.js").Request} Request */
/** @typedef {import("./phone.js").Phone} Phone */

/** What the person carried from the browser. @typedef {{number?: string, secret?: string}} Carried */

/** One answer of one device. Made by Phone.answer. */
export class Answer {
  /**
   * @param {Phone} phone
   * @param {Request} request
   * @param {"approve" | "deny" | "report"} decision
   * @param {Carried} carried
   */
  constructor(phone, request, decision, { number, secret }) {
    this.phone = phone;
    this.row = phone.row(request.device);
    this.request = request;
    this.decision = decision;
    this.approves = decision === "approve";
    const carry = request.challenge?.carry;
    if (!carry || !request.text) throw new Problem("challenge_changed");
    const typed = /^[0-9]{6}$/.test(number ?? "");
    if (this.approves && !secret && carry === "number" && !typed) throw new Problem("number_form");
    this.shown = request.text;
    this.carry = carry;
    this.carried = !this.approves ? "none" : secret ? "qr" : carry;
    this.value = { none: "", qr: secret ?? "", number: number ?? "" }[this.carried] ?? "";
    this.counter = 0;
    this.text = "";
    /** @type {object | null} */
    this.body = null; // as it was sent; only this may be sent again
    /** @type {Promise<{state: string}> | undefined} */
    this.running = undefined;
  }

  /** Takes the next counter and fixes the text. */
  async ready() {
    const { phone, request, row } = this;
    this.counter = await phone.keys.count(row.id);
    this.text = answerText({
      origin: phone.origin, request: request.id, device: row.id, challenge: b64(await hash(this.shown)),
      decision: this.decision, carried: this.carried, value: this.value, unlock: this.approves ? row.unlock : "none",
      counter: this.counter,
    }, this.carry);
    this.signature = await sign(row.kd, this.text);
    this.proof = this.approves ? await Proof.over(row, phone.origin, this.text) : null;
    this.body = null;
    return this;
  }

  /**
   * Asks for the unlock and sends. In platform mode the system's sheet opens
   * before this returns. After "unsure" it may be called again: the same bytes
   * are sent, and the same answer gets the same result.
   * @param {string} [pin]
   * @returns {Promise<{state: string}>}
   */
  send(pin) {
    const first = !this.running && !this.body;
    const sheet = first && this.proof && this.row.unlock === "platform" ? this.proof.make() : undefined;
    this.running ??= this.#send(pin, sheet).finally(() => (this.running = undefined));
    return this.running;
  }

  /** @param {string | undefined} pin @param {Promise<object> | undefined} sheet */
  async #send(pin, sheet) {
    const proof = await sheet;
    // One answer of a device on its way at a time, in whichever tab.
    return unchanged(() => navigator.locks.request("keyturn answer " + this.row.id, async () => {
      // An answer that is smaller than another one of this phone would look like a copy's: A103.
      const overtaken = (await this.phone.keys.counter(this.row.id)) !== this.counter;
      if (overtaken) await this.ready();
      this.body ??= await this.#bodyOf(pin, overtaken ? undefined : proof);
      try {
        const path = `/v1/requests/${this.request.id}/answer`;
        const { state } = await this.phone.signed(this.row, "POST", path, this.body);
        this.phone.inbox.ended(this.request, state);
        return { state };
      } catch (problem) {
        // Without a recorded result the same text would stay without one.
        if (is(problem, "server_busy")) await this.ready();
        throw problem;
      }
    }));
  }

  /** @param {string | undefined} pin @param {object | undefined} proof */
  async #bodyOf(pin, proof) {
    const body = { answer: this.text, signature: this.signature };
    return this.proof ? { ...body, proof: proof ?? (await this.proof.make(pin)) } : body;
  }
}

/** Not in the middle of a change of the PIN. @param {() => Promise<{state: string}>} send */
const unchanged = (send) => navigator.locks.request("keyturn pin", { mode: "shared" }, send);
