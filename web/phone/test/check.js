// What the tests of this folder are written with.

/** @type {{passed: number, failed: string[]}} */
export const results = { passed: 0, failed: [] };

/**
 * Runs one case; whatever it throws is its failure.
 * @param {string} name
 * @param {() => unknown} body
 */
export async function test(name, body) {
  try {
    await body();
    results.passed++;
  } catch (error) {
    results.failed.push(`${name}: ${error.message}`);
  }
}

/**
 * @param {unknown} got
 * @param {unknown} want
 * @param {string} [what]
 */
export function equal(got, want, what = "value") {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) throw new Error(`${what} is ${a}, want ${b}`);
}

/**
 * @param {() => unknown} body
 * @param {string} code  of the Problem that has to be thrown
 * @returns {Promise<any>} the Problem
 */
export async function refuses(body, code) {
  try {
    await body();
  } catch (error) {
    equal(error.code ?? `${error.name}: ${error.message}`, code, "error");
    return error;
  }
  throw new Error(`nothing is thrown, want ${code}`);
}

/** One file of the vectors. @param {string} name */
export async function vectors(name) {
  return (await fetch(`vectors/${name}.json`)).json();
}

/** @param {string} hex */
export const unhex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** @param {Uint8Array} bytes */
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
