// Whether notifications are wanted, and whether they work.

import { useEffect, useState } from "../vendor/preact.js";
import { askPush, dropPush, endPush, pushState, registerPush } from "../lib/push.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../lib/push.js").PushState} PushState */
/** @typedef {Running["phone"]} Phone */

/**
 * Of each app: whether the repair of its start is still to come, runs, runs and has to run again, or is over.
 * @type {WeakMap<Running, "runs" | "again" | "over">}
 */
const repairs = new WeakMap();

/**
 * Brings the subscription to the server: at every start, when an account has come, when the app speaks another
 * language, and when the browser has another one. Phones drop them silently, and nobody is asked or told. Attack A73.
 * @param {Running} app
 * @returns {Promise<void>}
 */
export async function repair(app) {
  const { phone } = app;
  if (!phone.callers().length || app.settings.push === "off") return undefined;
  const runs = repairs.has(app) && repairs.get(app) !== "over";
  repairs.set(app, runs ? "again" : "runs");
  if (runs) return undefined;
  try {
    const state = app.settings.push === "ending" ? await stop(app) : await pushState(phone);
    if (state === "on" || state === "off") await registerPush(phone, { fresh: isLost(phone) });
  } catch {
    // The next start tries again, and until then the home screen says that they are lost.
  }
  const again = repairs.get(app) === "again";
  repairs.set(app, "over");
  app.draw();
  return again ? repair(app) : undefined;
}

/**
 * Turns them on. Called from a tap, in which the browser's question is the first that happens.
 * @param {Running} app
 * @returns {Promise<"on" | "denied" | "service">} service: the system has no push service that answers
 * @throws a Problem of the server
 */
export async function start(app) {
  if (!(await askPush())) return "denied";
  await app.set({ push: "on" });
  const { phone } = app;
  return (await registerPush(phone, { fresh: isLost(phone), meant: true })) ? "on" : "service";
}

/** Turns them off; the server hears of it now or later. @param {Running} app */
export async function stop(app) {
  await app.set({ push: "ending" });
  try {
    await endPush(app.phone);
    await app.set({ push: "off" });
  } catch {
    await dropPush().catch(() => {}); // nothing arrives any more in any case
  }
}

/** Whether the server has found that a push did not get through. @param {Phone} phone */
export const isLost = (phone) => phone.accounts().some(({ state, push }) => state === "active" && push === "lost");

/** Whether the person has switched them off in the portal. @param {Phone} phone */
export const isOff = (phone) => {
  const active = phone.accounts().filter(({ state }) => state === "active");
  return active.length > 0 && active.every(({ push }) => push === "off");
};

/** Whether the person is asked: nobody has decided yet. @param {Running} app */
export const undecided = async (app) => app.settings.push === "" && (await pushState(app.phone)) === "ask";

/**
 * How it stands, for a screen.
 * @param {Running} app
 * @returns {{state: PushState | "", on: boolean, lost: boolean}}  state: empty for the first moment
 */
export function usePush(app) {
  const { phone } = app;
  const [state, setState] = useState(/** @type {PushState | ""} */ (""));
  const { push } = app.settings;
  const wanted = push !== "off" && push !== "ending";
  const told = phone.accounts().map((account) => account.push).join();
  useEffect(() => {
    pushState(phone).then(setState);
  }, [push, told, repairs.get(app)]);
  const lost = wanted && repairs.get(app) === "over" && (state === "off" || (state === "on" && isLost(phone)));
  return { state, on: wanted && state === "on" && !isOff(phone), lost };
}
