// "It wasn't me", about a phone in its first 24 hours or about recovery codes: with the
// unlock it is paused, or they end; without it the account is quiet for a while. Spec §12.5.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { is } from "../lib/problem.js";
import { Alarm } from "../view/alarm.js";
import { EnterPin } from "../view/pin.js";
import { raised } from "./notices.js";
import { fault, isLocked, useFault } from "./say.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../lib/inbox.js").Notice} Notice */

/** P17. @param {{app: App, notice: Notice}} props */
export function AlarmFlow({ app, notice }) {
  const unlock = useRef(app.phone?.accounts().find(({ device }) => device === notice.device)?.unlock ?? "pin").current;
  const codes = notice.kind !== "phone_added";
  const go = codes ? "alarm.codes.go" : "alarm.pause";
  const [pin, setPin] = useState(false);
  const [busy, setBusy] = useState("");
  const [left, setLeft] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useFault();
  const call = useRef(/** @type {any} */ (null));
  useEffect(() => {
    app.phone?.alarm(notice).then((made) => (call.current = made), () => {});
    return () => call.current?.close();
  }, []);

  const run = async (/** @type {string} */ what, /** @type {Promise<any>} */ sending) => {
    setBusy(what);
    setProblem(null);
    try {
      await sending;
      app.phone?.inbox.over(notice);
      return raised(app);
    } catch (failure) {
      if (isLocked(failure)) return app.nav.reset("Locked");
      const tries = is(failure, "pin_wrong") ? failure.triesLeft : null;
      setLeft(tries);
      if (tries === null) setProblem(fault(failure));
    }
    return setBusy("");
  };
  const proven = async (/** @type {string} */ typed) => {
    call.current ??= await app.phone?.alarm(notice);
    return call.current.send(typed);
  };
  const report = () => run("report", /** @type {Promise<any>} */ (app.phone?.notice(notice, "alarm")));
  // The system's sheet opens from this tap.
  const pause = () => (unlock === "pin" ? setPin(true) : run("pause", call.current?.send() ?? proven("")));

  if (pin) {
    return html`<${EnterPin} name="alarm-pin" k="alarm.title" lead=${codes ? notice.account.name : notice.detail}
      sub=${codes ? "" : notice.account.name} left=${left} problem=${problem} busy=${busy !== ""} go=${go}
      work="alarm.work" back=${() => setPin(false)}
      onGo=${(/** @type {string} */ typed) => run("pause", proven(typed))} />`;
  }
  return html`<${Alarm} codes=${codes} phone=${notice.detail} account=${notice.account.name} busy=${busy}
    problem=${problem} back=${() => app.nav.back()} onPause=${pause} onReport=${report} />`;
}
