// What went wrong, as a code that the views have a sentence for.

/**
 * What a Problem may say besides its code; the names are those of spec §16.
 * @typedef {object} Details
 * @property {string | null} [reference]   8 symbols that the help desk can look up
 * @property {number | null} [triesLeft]
 * @property {string | null} [state]       how a request ended
 * @property {string | null} [reason]
 * @property {string | null} [to]          name of the phone that an account moved to
 * @property {number | null} [time]        Unix seconds
 * @property {number | null} [retryAfter]  seconds
 */

/** The codes of the server, spec §16. Any other is shown as server_busy is. */
const KNOWN = new Set(`bad_request too_large use_nonce bad_call device_removed device_suspended pin_locked
  account_stopped probation activation_failed activation_closed proof_wrong unlock_refused pin_wrong unlock_wrong
  number_wrong request_gone challenge_changed answer_refused clone_suspected change_gone push_refused too_many
  server_busy`.split(/\s+/));

/** An error with a stable code: one of the server's, or one made on the phone. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {Details} [details]
   */
  constructor(code, details = {}) {
    super(code);
    this.name = "Problem";
    this.code = code;
    this.reference = details.reference ?? null;
    this.triesLeft = details.triesLeft ?? null;
    this.state = details.state ?? null;
    this.reason = details.reason ?? null;
    this.to = details.to ?? null;
    this.time = details.time ?? null;
    this.retryAfter = details.retryAfter ?? null;
  }

  /**
   * Reads an error body of the server. Unknown strings become server_busy.
   * @param {any} body
   * @param {string | null} retryAfter  the header of that name
   */
  static read(body, retryAfter) {
    const code = KNOWN.has(body.error) ? body.error : "server_busy";
    return new Problem(code, {
      reference: word(body.reference), triesLeft: count(body.tries_left), state: word(body.state),
      reason: word(body.reason), to: word(body.to), time: count(body.time),
      retryAfter: count(Number(retryAfter ?? NaN)),
    });
  }
}

/**
 * Whether an error is a Problem with one of these codes.
 * @param {unknown} error
 * @param {...string} codes
 * @returns {error is Problem}
 */
export function is(error, ...codes) {
  return error instanceof Problem && codes.includes(error.code);
}

/**
 * Whether trying again later, with nothing changed, may help.
 * @param {unknown} error
 */
export const isNetwork = (error) => is(error, "offline", "unsure", "server_busy");

/** @param {unknown} value */
const word = (value) => (typeof value === "string" ? value : null);

/** @param {unknown} value */
const count = (value) => (Number.isSafeInteger(value) ? /** @type {number} */ (value) : null);
