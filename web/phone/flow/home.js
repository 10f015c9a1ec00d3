// Home: cards of what waits, the accounts, and what was.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { shortTime } from "../lib/clock.js";
import { meant } from "../lib/protocol.js";
import { platform, standalone } from "../lib/system.js";
import { browserName, language, list, serviceName, t } from "../lib/words.js";
import { Home } from "../view/home.js";
import { resume } from "./check.js";
import { ENOUGH } from "./app.js";
import { install, installs } from "./land.js";
import { start, usePush } from "./push.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../lib/inbox.js").Request} Request */

/** P8. @param {{app: Running}} props */
export function HomeFlow({ app }) {
  const { phone } = app;
  const { requests } = phone.inbox;
  const waiting = requests.filter(({ state }) => state === "waiting" || state === "refused");
  const ended = requests.filter((request) => !waiting.includes(request));
  const accounts = phone.accounts();
  const { state, lost } = usePush(app);
  const off = state === "denied" || (state === "ask" && app.settings.push !== "off");
  // The browser's question is the first that happens in this tap.
  const turnOn = () => {
    if (state !== "ask") return app.nav.go("NotifyCheck", { repair: lost });
    return app.nav.go("Notify", { started: start(app) });
  };
  const earlier = accounts.some((account) => account.earlier && account.state === "active");
  const browser = useBrowser(app);
  return html`<${Home} browser=${browser} offer=${installs()} onInstall=${install} cards=${waiting.map(cardOf)}
    ended=${ended.map(endedOf)} many=${accounts.length > 1} say=${useNews(waiting)} note=${app.note}
    pin=${phone.pinOpen ? "open" : earlier ? "earlier" : ""} onPin=${() => app.nav.go("Pin")}
    push=${lost ? "lost" : off ? "off" : ""} onPush=${turnOn} accounts=${accounts.map(rowOf)}
    told=${html`<${Told} app=${app} />`} unread=${list([...phone.unread.values()].filter(Boolean))}
    onAgain=${() => app.again().catch(() => {})} unfinished=${phone.unfinished().map(({ account }) => account.name)}
    onOpen=${(/** @type {string} */ id) => app.nav.go("Request", { id })}
    onAccount=${(/** @type {string} */ device) => app.nav.go("Account", { device })} onResume=${() => resume(app)}
    onScan=${() => app.nav.go("Scan")} onRespond=${() => app.nav.go("Respond")} onAdd=${() => app.open("add")} />`;
}

/**
 * Whether it is said, once and after some approvals, that the app can be installed: iPhones have to from the start.
 * @param {Running} app
 */
function useBrowser(app) {
  const [said] = useState(app.settings.approved === ENOUGH && platform() === "android" && !standalone());
  useEffect(() => {
    if (said) app.set({ approved: ENOUGH + 1 });
  }, []);
  return said;
}

/** The cards of notices: loaded when there is one. @type {any} */
let notices = null;

/** @param {{app: Running}} props */
function Told({ app }) {
  const some = app.phone.inbox.notices.length > 0;
  useEffect(() => {
    if (some && !notices) import("./notices.js").then((made) => ((notices = made.NoticesFlow), app.draw()), () => {});
  }, [some]);
  return some && notices ? html`<${notices} app=${app} />` : null;
}

/** @param {ReturnType<Running["phone"]["accounts"]>[0]} account @returns {import("../view/home.js").Row} */
const rowOf = ({ device, account, service, state }) =>
  ({ device, name: account.name, service: serviceName(service), state });

/** @param {Request} request @returns {import("../view/home.js").Card} */
function cardOf({ id, challenge, account, service }) {
  const common = { id, account: account.name };
  if (!challenge) {
    return { ...common, title: "home.req.other", app: serviceName(service), time: "", from: t("home.state.refused") };
  }
  const { action, app, created, place } = challenge;
  const browser = browserName(challenge.browser);
  const signIn = action === "sign_in";
  const from = signIn ? [browser, place] : [t("request.action." + action, { message: meant(challenge).name }), browser];
  const title = signIn ? "home.req" : "home.req.other";
  return { ...common, title, app, time: shortTime(created, language()), from: from.filter(Boolean).join(" · ") };
}

/**
 * A request that has ended, as the home screen shows it.
 * @param {Request} request
 * @returns {import("../view/home.js").Ended}
 */
export function endedOf({ id, state, by, challenge, service }) {
  const time = challenge ? shortTime(challenge.created, language()) : "";
  return { id, state, by, app: challenge?.app ?? serviceName(service), time };
}

/** What is said when something new has come, and how one ended. @param {Request[]} waiting */
function useNews(waiting) {
  const ids = waiting.map(({ id }) => id).join();
  const before = useRef(ids);
  const [news, setNews] = useState("");
  useEffect(() => {
    const known = before.current.split(",");
    const more = waiting.some(({ id }) => !known.includes(id));
    if (ids !== before.current) setNews(more ? "home.new" : "answered.gone");
    before.current = ids;
  }, [ids]);
  return news && t(news);
}
