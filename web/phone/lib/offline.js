// The response to a challenge code. It is shown and nothing else: not sent, not
// stored, and in PIN mode nobody here knows whether the PIN was right. Spec §10.

import { random } from "./bytes.js";
import { challengeProblem, response } from "./ocra.js";
import { Problem } from "./problem.js";
import { personKey } from "./proof.js";
import { get } from "./unlock.js";

/** One device's answers without a network. */
export class Offline {
  /** @param {import("./device.js").Row} row @param {string} origin */
  constructor(row, origin) {
    this.row = row;
    this.host = new URL(origin).hostname;
    this.challenge = random(32); // nobody checks this assertion: it only makes the phone ask for its unlock
  }

  /**
   * In platform mode the system's sheet opens before this returns.
   * @param {string} challenge  code of the waiting page, spaces allowed
   * @param {string} [pin]
   * @returns {Promise<string>} 8 digits
   */
  respond(challenge, pin) {
    const asked = challenge.normalize("NFKC").replace(/[\p{White_Space}-]/gu, "");
    if (challengeProblem(asked)) return Promise.reject(new Problem("challenge_form"));
    const { unlock, credential, kp } = this.row;
    const sheet = unlock === "platform" ? get(this.host, credential, this.challenge) : undefined;
    return Promise.resolve(sheet).then(async () => response(kp, await personKey(this.row, pin), asked));
  }
}
