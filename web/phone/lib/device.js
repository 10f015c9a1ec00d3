// One account's device: as it is stored, and as a view sees it.

/**
 * One account's device on this phone, as it is stored.
 * @typedef {object} Row
 * @property {string} id            of the device
 * @property {{id: string, name: string}} account
 * @property {string} service
 * @property {"pin" | "platform"} unlock
 * @property {string} phoneName
 * @property {"unfinished" | "active" | "suspended" | "pin_locked" | "removed" | "unknown"} state
 * @property {{reason: string | null, to: string | null, time: number | null} | null} ended
 *   why it was removed or suspended
 * @property {number} added         milliseconds of this phone's clock
 * @property {CryptoKey} kd         private half of the device key
 * @property {CryptoKey} kp
 * @property {Uint8Array<ArrayBuffer>} [ck]    PIN mode: Kk sealed under the PIN
 * @property {Uint8Array<ArrayBuffer>} [salt]  PIN mode
 * @property {CryptoKey} [kk]       platform mode
 * @property {string} [credential]  platform mode: id, base64url
 * @property {number} epoch         of the PIN
 * @property {Sealed} [next]        the PIN is being changed: ck or this is the one that the server has
 * @property {boolean} [earlier]    it was paused while the PIN was changed, and has that of before
 * @property {number} counter       of the newest answer; 0 before the first
 * @property {Unfinished} [activation]  until the device is active
 */

/**
 * Kk under a PIN that is about to be the phone's.
 * @typedef {object} Sealed
 * @property {number} epoch
 * @property {Uint8Array<ArrayBuffer>} ck
 * @property {Uint8Array<ArrayBuffer>} salt
 * @property {number} ends   milliseconds of this phone's clock: what arrives later is refused
 */

/**
 * What finishing needs, also after a restart.
 * @typedef {object} Unfinished
 * @property {string} id
 * @property {string} t          base64url
 * @property {string} nonce      n_p, base64url
 * @property {string} check      six digits
 * @property {number} ends       milliseconds of this phone's clock
 * @property {any} [credential]  platform mode: the member of that name in the finish
 */

/**
 * What views see of a device: no key.
 * @typedef {object} Account
 * @property {string} device
 * @property {{id: string, name: string}} account
 * @property {string} service
 * @property {"pin" | "platform"} unlock
 * @property {string} phoneName
 * @property {Row["state"]} state
 * @property {Row["ended"]} ended
 * @property {number} added          milliseconds of this phone's clock
 * @property {boolean} earlier       it still has the PIN of before the last change
 * @property {number | null} pinTriesLeft
 * @property {string | null} push    "ok", "lost" or "off"
 * @property {number} probationEnds  milliseconds of this phone's clock; 0: none
 */

/**
 * A device without its keys, with what the server has said of it.
 * @param {Row} row
 * @param {any} [told]  what the server last said: member "device" of spec §8.2
 * @param {number} [at]  when, in milliseconds
 * @returns {Account}
 */
export function accountOf(row, told, at = 0) {
  const { id: device, account, service, unlock, phoneName, state, ended, added, earlier = false } = row;
  return {
    device, account, service, unlock, phoneName, state, ended, added, earlier,
    pinTriesLeft: told?.pin_tries_left ?? null,
    push: told?.push ?? null,
    probationEnds: told?.probation_ends_in > 0 ? at + told.probation_ends_in * 1000 : 0,
  };
}

/**
 * What a failed call says about its device; null if nothing.
 * @param {import("./problem.js").Problem} problem
 * @returns {{state: Row["state"], ended: Row["ended"]} | null}
 */
export function stateAfter({ code, reason, to, time }) {
  if (code === "device_removed") return { state: "removed", ended: { reason, to, time } };
  if (code === "device_suspended" || code === "clone_suspected") return { state: "suspended", ended: null };
  if (code === "pin_locked") return { state: "pin_locked", ended: null };
  return code === "bad_call" ? { state: "unknown", ended: null } : null;
}
