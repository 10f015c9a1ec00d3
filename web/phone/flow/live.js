// Hears of requests while the app is in front, and of nothing while it isn't.

/** @typedef {import("./app.js").Running} Running */

/** Screens that a tap on a notification leaves: nothing is under way in them. */
const IDLE = ["Root", "Account", "Active", "Locked", "NotifyCheck", "Recover", "Settings"];

/**
 * Listens and keeps the screen up to date for as long as the app runs.
 * @param {Running} app
 * @returns {{first: Promise<void>, look: () => Promise<void>, tapped: () => Promise<void>}}
 *   first: the first look; look: looks now, at home a single request opens by itself; tapped: its notification was, so
 *   it opens from any screen on which nothing is under way
 */
export function live(app) {
  const { phone } = app;
  /** @type {AbortController | null} */
  let calls = null;
  let heard = "";
  const told = new Set(); // accounts whose end was shown once

  const end = () => {
    calls?.abort();
    calls = null;
  };
  const begin = () => {
    end();
    calls = new AbortController();
    heard = names(phone);
    phone.listen(calls.signal).catch((error) => console.error(error));
  };
  const waiting = () => phone.inbox.requests.filter(({ state }) => state === "waiting");
  const look = async () => {
    if (phone.pinOpen) await (await import("./pinchange.js")).settled(app);
    await phone.check();
    if (app.nav.stack.length > 1 || app.landing) return;
    const ended = phone.accounts().filter(({ state }) => state === "removed" || state === "pin_locked");
    const over = ended.find(({ device }) => !told.has(device));
    if (waiting().length === 1) app.nav.go("Request", { id: waiting()[0].id });
    else if (over) app.nav.go("Account", { device: told.add(over.device) && over.device });
  };
  const tapped = async () => {
    await look();
    const { name, props } = app.nav.top;
    const [one, more] = waiting();
    const over = name === "Request" && phone.request(props.id)?.state !== "waiting";
    if (one && !more && !app.landing && (over || IDLE.includes(name))) app.nav.reset("Request", { id: one.id });
  };
  const seen = async () => {
    if (document.hidden) return end();
    begin();
    return look();
  };

  document.addEventListener("visibilitychange", seen);
  phone.onChange(() => {
    if (calls && heard !== names(phone)) begin(); // one more account, or one less
  });
  phone.onInbox(() => navigator.setAppBadge?.(waiting().length).catch(() => {}));
  for (const event of ["online", "offline"]) addEventListener(event, () => (event === "online" && begin(), app.draw()));
  return { first: seen(), look, tapped };
}

/** @param {import("../lib/phone.js").Phone} phone */
const names = (phone) => phone.callers().map(({ id }) => id).join();
