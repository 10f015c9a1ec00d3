// Making this phone a device of an account, up to the moment at which the code is
// redeemed. What follows is in activation.js. Spec §6.3 and §6.8.

import { accept } from "./accept.js";
import { Activation, STOP } from "./activation.js";
import { b64, random } from "./bytes.js";
import { addText, commitment, redeemText } from "./exchange.js";
import { newAgreeKey, newDeviceKey, sign } from "./pair.js";
import { pinProblem } from "./pinrules.js";
import { Problem, is } from "./problem.js";
import { NonceProof } from "./proof.js";
import { redeem } from "./redeem.js";
import { serviceName } from "./words.js";
import { platform } from "./system.js";
import { hash } from "./text.js";
import { create, creation } from "./unlock.js";

/** @typedef {import("./pair.js").Pair} Pair */
/** @typedef {import("./phone.js").Phone} Phone */
/** @typedef {import("./prepare.js").Look} Look */

/** One set-up: keys are made, nothing is redeemed yet. Made by Phone.prepare. */
export class Setup {
  /**
   * @param {Phone} phone
   * @param {Look} look
   * @param {string} name  of the phone, 1 to 40 characters
   * @param {"pin" | "platform"} unlock
   * @param {import("./device.js").Row | null} via  the device that proves the unlock that there is
   */
  constructor(phone, look, name, unlock, via) {
    this.phone = phone;
    this.look = look;
    this.unlock = unlock;
    this.viaRow = via;
    /** Whose unlock is asked for; null: a new PIN or credential is made. */
    this.via = via && { name: via.account.name };
    this.nonce = b64(random(32)); // n_p
    this.offer = { code: look.code, unlock, phoneName: name, platform: platform(), via: via?.id ?? "",
      deviceKey: "", agreeKey: "", commit: "" };
    /** @type {(step: "unlock" | "redeem" | "finish") => void} */
    this.onStep = () => {};
    /** @type {Activation | null} */
    this.activation = null;
    /** @type {any} */
    this.body = null; // as it was sent; only this may be sent again
    /** @type {any} */
    this.answer = null; // the one answer that is ever taken
    /** @type {any} */
    this.credential = null;
    /** @type {Pair | undefined} */
    this.kd = undefined;
    /** @type {Pair | undefined} */
    this.agree = undefined;
    /** @type {Promise<Activation> | undefined} */
    this.running = undefined;
  }

  /** Makes the keys and the texts, so that a tap can begin with the system's sheet. */
  async ready() {
    const [kd, agree, commit] = await Promise.all([newDeviceKey(), newAgreeKey(), commitment(this.nonce)]);
    Object.assign(this, { kd, agree });
    Object.assign(this.offer, { deviceKey: kd.public, agreeKey: agree.public, commit });
    await this.phone.keys.tries(kd.private); // before a code is used up for nothing
    const text = redeemText(this.phone.origin, this.offer);
    this.signature = await sign(kd.private, text);
    if (this.viaRow) {
      const textOf = (/** @type {string} */ nonce) => addText(this.phone.origin, this.offer, nonce);
      this.proof = await new NonceProof(this.phone.api, this.viaRow, textOf).ready();
    } else if (this.unlock === "platform") {
      const user = await this.phone.userHandle();
      const service = serviceName(this.look.service);
      this.options = creation(new URL(this.phone.origin).hostname, service, service, user, await hash(text));
    }
    return this;
  }

  /** Whether the code is used. Before, every failure leaves it as it is. */
  get redeemed() {
    return this.answer !== null;
  }

  /**
   * Redeems the code and finishes. In platform mode the system's sheet opens
   * before this returns. After "unsure" it may be called again: the same bytes
   * are sent, or, once there was an answer, only the finish.
   * @param {string} [pin]  the new one, or with via the one that there is
   * @returns {Promise<Activation>}
   */
  activate(pin) {
    this.running ??= this.#activate(pin, this.#sheet()).finally(() => (this.running = undefined));
    return this.running;
  }

  /** Stops what keeps the proof young. */
  close() {
    this.proof?.close();
  }

  /** Opens the system's sheet, if one is needed and was not answered before. */
  #sheet() {
    if (this.unlock !== "platform" || this.body) return undefined;
    this.onStep("unlock");
    if (this.proof) return this.proof.make();
    if (this.credential) return undefined;
    return create(/** @type {PublicKeyCredentialCreationOptions} */ (this.options))
      .then((credential) => (this.credential = credential));
  }

  /** @param {string | undefined} pin @param {Promise<any> | undefined} sheet */
  async #activate(pin, sheet) {
    const proof = await sheet;
    if (!this.activation) this.#checkPin(pin);
    if (!this.answer) {
      this.onStep("redeem");
      this.answer = await redeem(this, pin, proof);
    }
    this.onStep("finish");
    this.activation ??= await this.#begin(pin);
    this.close();
    if (this.activation.state === "redeemed") await this.activation.finish();
    return this.activation;
  }

  /** @param {string | undefined} pin */
  #checkPin(pin) {
    if (this.unlock !== "pin") return;
    if (!pin) throw new Problem("pin_needed");
    const reason = this.via ? null : pinProblem(pin, this.look.pin, this.look.account.name);
    if (reason) throw new Problem("pin_weak", { reason });
  }

  /** @param {string | undefined} pin */
  async #begin(pin) {
    const { row, kk } = await accept(this, pin).catch((problem) => this.#stop(problem));
    const activation = new Activation(this.phone, row, kk);
    this.phone.activations.set(row.id, activation);
    this.agree = undefined; // it made Kk
    return activation;
  }

  /**
   * The code is used up and nothing can come of it: the browser that waits is told why.
   * @param {unknown} problem
   * @returns {never}
   */
  #stop(problem) {
    const cause = is(problem, "answer_odd") ? "answer" : "storage";
    const by = { id: this.answer.device, kd: /** @type {Pair} */ (this.kd).private };
    const body = { activation: this.answer.activation, cause };
    this.phone.api.signed(by, "POST", STOP, body, { safe: true }).catch(() => {});
    throw problem;
  }
}
