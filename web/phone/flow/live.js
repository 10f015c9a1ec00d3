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
  const look = async () => {
    await phone.check();
    const waiting = phone.inbox.requests.filter(({ state }) => state === "waiting");
    if (waiting.length === 1 && app.nav.stack.length === 1 && !app.landing) app.nav.go("Request", { id: waiting[0].id });
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
  for (const event of ["online", "offline"]) addEventListener(event, () => (event === "online" && begin(), app.draw()));
  seen();
  return look;
}

/** @param {import("../lib/phone.js").Phone} phone */
const names = (phone) => phone.callers().map(({ id }) => id).join();
