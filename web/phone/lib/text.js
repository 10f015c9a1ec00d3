// Texts to sign: a context, then one field per line. Twin of text.go, spec §3.

const utf8 = new TextEncoder();

/**
 * Joins a context and its fields into a text to sign.
 * @param {string} context
 * @param {string[]} fields  one line each
 * @returns {string}
 * @throws {RangeError} if a field holds a line break or half a character
 */
export function lines(context, ...fields) {
  if (fields.some((field) => /[\n\r\p{Surrogate}]/u.test(field))) throw new RangeError("field can't be a line");
  return ["keyturn/v1 " + context, ...fields, ""].join("\n");
}

/**
 * The reverse of lines.
 * @param {string} text
 * @param {string} context  that it has to have
 * @param {number} count    of fields that it has to have
 * @returns {string[] | null} the fields; null if the text has another form
 */
export function split(text, context, count) {
  const [first, ...rest] = text.split("\n");
  const formed = first === "keyturn/v1 " + context && rest.length === count + 1 && rest[count] === "";
  return formed && !/[\r\p{Surrogate}]/u.test(text) ? rest.slice(0, count) : null;
}

/**
 * Text as UTF-8.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(text) {
  return utf8.encode(text);
}

/**
 * Hashes bytes, or text as UTF-8.
 * @param {string | Uint8Array<ArrayBuffer>} what
 * @returns {Promise<Uint8Array<ArrayBuffer>>} SHA-256
 */
export async function hash(what) {
  const bytes = typeof what === "string" ? bytesOf(what) : what;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
