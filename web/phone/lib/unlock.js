// The phone's own unlock: a WebAuthn credential of its system, user verification
// required. Twin of internal/device's checks, spec §4.4, §6.5 and §8.4.
//
// create and get open the system's sheet before they return, so they can be the
// first statement of a tap; iPhones want that.

import { b64, unb64 } from "./bytes.js";
import { Problem } from "./problem.js";

/**
 * What a new credential is made with.
 * @param {string} host     of the origin
 * @param {string} service  name of the server's owner, shown by the system
 * @param {string} name     for the credential, shown by the system
 * @param {Uint8Array<ArrayBuffer>} user       32 random bytes that name the phone, not the account
 * @param {Uint8Array<ArrayBuffer>} challenge  SHA-256 of the redeem text
 * @returns {PublicKeyCredentialCreationOptions}
 */
export function creation(host, service, name, user, challenge) {
  return {
    rp: { id: host, name: service },
    user: { id: user, name, displayName: name },
    challenge,
    pubKeyCredParams: [{ type: "public-key", alg: -7 }], // ES256 only
    // "discouraged" keeps the credential on this phone where the system lets it.
    authenticatorSelection: {
      authenticatorAttachment: "platform", userVerification: "required", residentKey: "discouraged",
    },
    attestation: "none",
  };
}

/**
 * Makes a credential; the system's sheet opens before this returns. It fails with unlock_closed, unlock_none or
 * unlock_failed.
 * @param {PublicKeyCredentialCreationOptions} publicKey
 * @returns {Promise<{id: string, attestation_object: string, client_data: string}>}
 */
export function create(publicKey) {
  return asked(() => navigator.credentials.create({ publicKey })).then((credential) => {
    const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
    const { attestationObject, clientDataJSON } = response;
    return { id: b64(credential.rawId), attestation_object: b64(attestationObject), client_data: b64(clientDataJSON) };
  });
}

/**
 * A proof by the phone's own unlock, as it is sent.
 * @typedef {{type: "platform", credential: string, authenticator_data: string, client_data: string,
 *   signature: string}} Assertion
 */

/**
 * Asks for the unlock; the system's sheet opens before this returns. It fails as create does, or with unlock_gone.
 * @param {string} host
 * @param {string | undefined} id  of the credential, base64url
 * @param {Uint8Array<ArrayBuffer>} challenge  SHA-256 of the text that is proven
 * @returns {Promise<Assertion>}
 */
export function get(host, id, challenge) {
  const raw = /** @type {Uint8Array<ArrayBuffer>} */ (unb64(id));
  /** @type {PublicKeyCredentialDescriptor} */
  const allowed = { type: "public-key", id: raw, transports: ["internal"] };
  /** @type {PublicKeyCredentialRequestOptions} */
  const publicKey = { rpId: host, challenge, userVerification: "required", allowCredentials: [allowed] };
  return asked(() => navigator.credentials.get({ publicKey })).catch(again).then((credential) => {
    closed = 0;
    const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
    return {
      type: "platform", credential: b64(credential.rawId), authenticator_data: b64(response.authenticatorData),
      client_data: b64(response.clientDataJSON), signature: b64(response.signature),
    };
  });
}

let closed = 0; // times that the sheet of an unlock was closed, one after the other

/**
 * A credential that was deleted looks like a sheet that was closed: from the second time on both are said.
 * @param {Problem} problem
 * @returns {never}
 */
function again(problem) {
  if (problem.code === "unlock_closed" && ++closed > 1) throw new Problem("unlock_gone", { reason: problem.reason });
  throw problem;
}

/**
 * Asks at once, and gives each refusal its own code.
 * @param {() => Promise<Credential | null>} ask
 * @returns {Promise<PublicKeyCredential>}
 */
function asked(ask) {
  let asking;
  try {
    asking = ask();
  } catch {
    return Promise.reject(new Problem("unlock_none")); // no WebAuthn here
  }
  return asking.then(
    (credential) => /** @type {PublicKeyCredential} */ (credential),
    (error) => {
      throw new Problem(CODES[error.name] ?? "unlock_failed", { reason: error.name });
    });
}

/** What each refusal is called. @type {Record<string, string>} */
const CODES = {
  NotAllowedError: "unlock_closed", // closed, or too slow: the system doesn't say which
  AbortError: "unlock_closed",
  NotSupportedError: "unlock_none",
  ConstraintError: "unlock_none", // no screen lock
};
