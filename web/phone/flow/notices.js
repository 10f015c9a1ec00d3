// What the person is told on the home screen: a card for each thing that happened to an
// account and that this phone didn't do. Loaded when there is the first one.

import { html, useState } from "../vendor/preact.js";
import { dayTime } from "../lib/clock.js";
import { language, t } from "../lib/words.js";
import { NoticeCard } from "../view/notice.js";
import { fault, useFault } from "./say.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../lib/inbox.js").Notice} Notice */
/** @typedef {import("../view/part.js").Say} Say */

/** The cards, newest first; they say whose account it is where there are several. @param {{app: App}} props */
export function NoticesFlow({ app }) {
  const all = app.phone?.inbox.notices ?? [];
  const many = (app.phone?.accounts().length ?? 0) > 1;
  return all.map((notice) => html`<${OneFlow} key=${notice.device + notice.notice} app=${app} notice=${notice}
    many=${many} />`);
}

/** @param {{app: App, notice: Notice, many: boolean}} props */
function OneFlow({ app, notice, many }) {
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useFault();
  const tell = async (/** @type {"seen" | "alarm"} */ action) => {
    setBusy(action);
    setProblem(null);
    try {
      await app.phone?.notice(notice, action);
      app.phone?.inbox.over(notice);
      if (action === "alarm") raised(app);
    } catch (failure) {
      setProblem(fault(failure));
      setBusy("");
    }
  };
  const locked = app.phone?.accounts().find(({ device }) => device === notice.device)?.state === "pin_locked";
  const no = () => (notice.pause && !locked ? app.nav.go("Alarm", { notice }) : tell("alarm"));
  return html`<${NoticeCard} id=${String(notice.notice)} say=${sentence(notice)}
    time=${dayTime(notice.time, language())} reference=${notice.reference} account=${many ? notice.account.name : ""}
    busy=${busy} problem=${problem} onYes=${() => tell("seen")} onNo=${no} />`;
}

/**
 * What happened; an app that doesn't know the kind says that something did.
 * @param {Notice} notice
 * @returns {Say}
 */
export function sentence({ kind, detail, from, place, time }) {
  const v = { phone: detail, left: detail, from, place, time: dayTime(time, language()) };
  const near = place ? `notice.${kind}.near` : "";
  const portal = detail ? "" : `notice.${kind}.portal`;
  const k = [near, portal, `notice.${kind}`].find((key) => key && t(key) !== key);
  return { k: k ?? "notice.other", v };
}

/** Back home, which says that the alarm was raised. @param {App} app */
export function raised(app) {
  app.note = { k: "notice.raised" };
  app.nav.home();
  app.phone?.check();
}
