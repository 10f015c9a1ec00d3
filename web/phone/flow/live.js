// Hears of requests while the app is in front, and of nothing while it isn't.

/** @typedef {import("./app.js").App} App */

/**
 * @param {App} app  with a phone
 * @returns {() => void} looks now; a single request opens by itself
 */
export function live(app) {
  const phone = /** @type {NonNullable<App["phone"]>} */ (app.phone);
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
    await phone.check();
    if (app.nav.stack.length > 1 || app.landing) return;
    const over = phone.accounts().find(({ device, state }) => (state === "removed" || state === "pin_locked") && !told.has(device));
    if (waiting().length === 1) app.nav.go("Request", { id: waiting()[0].id });
    else if (over) app.nav.go("Account", { device: told.add(over.device) && over.device });
  };
  const seen = () => {
    if (document.hidden) return end();
    begin();
    look();
  };

  document.addEventListener("visibilitychange", seen);
  phone.onChange(() => {
    if (calls && heard !== names(phone)) begin(); // one more account, or one less
  });
  phone.onInbox(() => /** @type {any} */ (navigator).setAppBadge?.(waiting().length).catch(() => {}));
  for (const event of ["online", "offline"]) addEventListener(event, () => (event === "online" && begin(), app.draw()));
  seen();
  return look;
}

/** @param {import("../lib/phone.js").Phone} phone */
const names = (phone) => phone.callers().map(({ id }) => id).join();
