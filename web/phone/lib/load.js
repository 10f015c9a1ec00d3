// Modules that are loaded when they are needed, and what hinders them.

import { Problem } from "./problem.js";

let other = false;

/** From now on no module is loaded: it would be of another version than what is here. */
export const stopLoading = () => void (other = true);

/**
 * Waits for a module and says what hinders it.
 * @template T
 * @param {Promise<T>} module  of import()
 * @returns {Promise<T>}
 * @throws {Problem} offline, too_old, unloaded
 */
export async function loaded(module) {
  if (other) throw new Problem("unloaded");
  try {
    return await module;
  } catch (error) {
    console.error(error);
    throw new Problem(unreadable(error) ? "too_old" : (await reached()) ? "unloaded" : "offline");
  }
}

/** A module of another version may lack what is imported, which is a SyntaxError too. @param {unknown} error */
const unreadable = (error) => error instanceof SyntaxError && !/export|binding/i.test(error.message);

/** Whether the server answers at all: the worker has no copy of this file. @returns {Promise<boolean>} */
const reached = () =>
  fetch(new URL("../shell.js", import.meta.url), { cache: "no-store" }).then(() => true, () => false);
