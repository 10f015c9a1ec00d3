// The whole app on a stage: what a test taps, and what it sees then.

import { html, render } from "../vendor/preact.js";
import { App } from "../flow/app.js";
import { Root } from "../flow/root.js";

const LONG = 60_000; // milliseconds, for a machine with other work

const root = document.createElement("div");
document.body.append(root);

/** @type {App | null} */
let playing = null;

/** Puts a phone's app up, in the place of the one before. @param {import("../lib/phone.js").Phone} phone */
export function play(phone) {
  end();
  const app = (playing = new App(phone, () => render(html`<${Root} app=${app} />`, root)));
  return app;
}

/** Takes it down. It may still hear of the history, and draws nothing any more. */
export function end() {
  if (playing) playing.render = () => {};
  playing = null;
  render(null, root);
}

/** @param {string} what  a key of the catalogue, or a selector @returns {HTMLElement | null} */
export const find = (what) => root.querySelector(/^[a-z]+(\.\w+)+$/.test(what) ? `[data-t="${what}"]` : what);

/** Waits until it is there. @param {string} what @returns {Promise<HTMLElement>} */
export async function sees(what) {
  for (const since = performance.now(); !find(what); await new Promise((go) => setTimeout(go, 5))) {
    if (performance.now() - since > LONG) throw new Error(`no ${what} in: ${root.textContent}`);
  }
  return /** @type {HTMLElement} */ (find(what));
}

/** @param {string} what */
export const tap = async (what) => (await sees(what)).click();

/** @param {string} field @param {string} text */
export async function type(field, text) {
  const input = /** @type {HTMLInputElement} */ (await sees(field));
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((go) => setTimeout(go)); // drawn
}

/**
 * Something of the browser is another thing while a test runs.
 * @param {object} where @param {string} name @param {any} value @param {() => Promise<unknown>} body
 */
export async function pretending(where, name, value, body) {
  const own = Object.getOwnPropertyDescriptor(where, name);
  Object.defineProperty(where, name, { configurable: true, writable: true, value });
  try {
    await body();
  } finally {
    if (own) Object.defineProperty(where, name, own);
    else delete where[name];
  }
}
