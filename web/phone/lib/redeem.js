// The one call that uses a code up. Spec §6.3 and §6.8.

import { sign } from "./pair.js";
import { is, isNetwork } from "./problem.js";

/** @typedef {import("./setup.js").Setup} Setup */

/**
 * Sends the redeem. If its answer may have been lost, setup.body stays and is
 * sent again as it is: the same keys get the same answer.
 * @param {Setup} setup
 * @param {string | undefined} pin  the existing one, with via
 * @param {any} proof  of the system's sheet, with via in platform mode
 * @returns {Promise<any>} the answer
 */
export async function redeem(setup, pin, proof) {
  for (let tries = 0; ; tries++) {
    setup.body ??= await bodyOf(setup, pin, tries === 0 ? proof : undefined);
    try {
      return await setup.phone.api.open("POST", "/v1/activations/redeem", setup.body);
    } catch (problem) {
      if (!isNetwork(problem)) setup.body = null;
      if (!is(problem, "use_nonce") || tries > 0) throw problem;
    }
  }
}

/** @param {Setup} setup @param {string | undefined} pin @param {any} proof */
async function bodyOf({ offer, signature, proof: by, viaRow: row, phone }, pin, proof) {
  const { code, commit, unlock, platform } = offer;
  const keys = { device_key: offer.deviceKey, agree_key: offer.agreeKey };
  const body = { code, ...keys, commit, unlock, phone_name: offer.phoneName, platform, signature };
  if (!by || !row) return body;
  if (!proof) {
    await by.renew(await phone.api.fresh());
    proof = await by.make(pin);
  }
  const added = await sign(row.kd, by.textOf(by.nonce));
  return { ...body, via: { device: row.id, nonce: by.nonce, signature: added, proof } };
}
