// One request from the card to its end: read, number, unlock, answer.

import { html, useEffect, useReducer, useRef } from "../vendor/preact.js";
import { shortTime } from "../lib/clock.js";
import { language } from "../lib/words.js";
import { Answered } from "../view/answered.js";
import { EnterPin } from "../view/pin.js";
import { Loading, Request } from "../view/request.js";
import { outcomeOf, readFailure } from "./outcome.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./outcome.js").State} State */
/** @typedef {import("../lib/answer.js").Answer} Answer */

/** @type {State} */
const START = { step: "details", number: "", wrong: null, problem: null, busy: "", outcome: "", left: null, looked: false };

/** P9 and P10. @param {{app: App, id: string}} props */
export function RequestFlow({ app, id }) {
  const phone = /** @type {NonNullable<App["phone"]>} */ (app.phone);
  const [state, change] = useReducer((/** @type {State} */ before, /** @type {Partial<State>} */ to) => ({ ...before, ...to }), START);
  const found = phone.request(id);
  const last = useRef(found);
  const request = (last.current = found ?? last.current); // it stays readable when the list has dropped it
  const tried = useRef(/** @type {{answer: Answer | null, pin?: string}} */ ({ answer: null }));
  const unlock = phone.accounts().find(({ device }) => device === request?.device)?.unlock ?? "pin";
  const asksNumber = request?.challenge?.carry === "number";
  const waiting = request?.state === "waiting";
  const ready = useReady(app, request, { wanted: unlock === "platform" && waiting && !state.busy, number: asksNumber ? state.number : "", asksNumber, problem: state.problem ?? state.wrong });

  useEffect(() => {
    if (!found) phone.check().finally(() => change({ looked: true }));
  }, []);
  useEffect(() => {
    if (waiting) phone.seen(/** @type {any} */ (request), "opened");
  }, [waiting]);

  /** Sends, and reads what came of it. @param {"approve" | "deny" | "report"} decision @param {Promise<{state: string}>} sending */
  const run = async (decision, sending) => {
    change({ busy: decision, problem: null, wrong: null });
    try {
      const { state: reached } = await sending;
      tried.current = { answer: null };
      change({ busy: "", outcome: /** @type {any} */ (reached) });
    } catch (problem) {
      const to = readFailure(problem, state.step);
      if (to.leave) return app.nav.reset("locked");
      if (to.state.outcome === "") tried.current = { answer: null };
      change({ busy: "", ...to.state });
      phone.check();
    }
  };
  const make = async (/** @type {"approve" | "deny" | "report"} */ decision, /** @type {string} */ pin) => {
    const answer = await phone.answer(/** @type {any} */ (request), decision, asksNumber && decision === "approve" ? { number: state.number } : {});
    tried.current = { answer, pin };
    return answer.send(pin);
  };
  const approve = () => {
    if (asksNumber && state.number.length !== 6) {
      document.getElementById("number")?.focus();
      return change({ wrong: { k: "request.numshort", v: { count: state.number.length } } });
    }
    phone.seen(/** @type {any} */ (request), "unlocking");
    if (unlock === "pin") return change({ step: "pin", problem: null, wrong: null, left: null });
    const answer = ready.current;
    tried.current = { answer };
    return run("approve", answer ? answer.send() : make("approve", ""));
  };
  const again = () => run("approve", tried.current.answer?.send(tried.current.pin) ?? Promise.reject());

  const outcome = outcomeOf(request, state);
  if (outcome === "loading") return html`<${Loading} back=${() => app.nav.back()} />`;
  if (outcome || !request?.challenge) return html`<${Ended} app=${app} request=${request} outcome=${outcome || "gone"} busy=${state.busy !== ""}
    onAgain=${tried.current.answer ? again : undefined} />`;
  const { challenge } = request;
  if (state.step === "pin") return html`<${EnterPin} name="request-unlock" k="request.unlock.title" lead=${challenge.app} sub=${challenge.name} left=${state.left}
    problem=${state.problem} busy=${state.busy !== ""} go=${challenge.action === "sign_in" ? "request.approve" : "request.approve.other"} work="request.sending"
    back=${() => change({ step: "details", problem: null })} onGo=${(/** @type {string} */ pin) => run("approve", make("approve", pin))} />`;
  return html`<${Request} id=${id} challenge=${challenge} host=${app.host} time=${shortTime(challenge.created, language())} ends=${request.ends} number=${state.number}
    asksNumber=${asksNumber} wrong=${state.wrong} problem=${state.problem} busy=${state.busy} which=${whichOf(phone, id)} back=${() => app.nav.back()}
    onNext=${() => app.nav.swap("request", { id: nextOf(phone, id) })} onNumber=${(/** @type {string} */ number) => change({ number: number.slice(0, 12), wrong: null })}
    onApprove=${approve} onDeny=${() => run("deny", make("deny", ""))} onReport=${() => run("report", make("report", ""))} />`;
}

/**
 * With phone unlock the answer is made before the tap, because the system's sheet
 * has to open first in it.
 * @param {App} app
 * @param {import("../lib/phone.js").Request | null} request
 * @param {{wanted: boolean, number: string, asksNumber: boolean, problem: unknown}} how
 * @returns {{current: Answer | null}}
 */
function useReady(app, request, { wanted, number, asksNumber, problem }) {
  const ready = useRef(/** @type {Answer | null} */ (null));
  useEffect(() => {
    let over = false;
    ready.current = null;
    if (!wanted || !request || (asksNumber && number.length !== 6)) return undefined;
    app.phone?.answer(request, "approve", asksNumber ? { number } : {}).then((answer) => {
      if (!over) ready.current = answer;
    }, () => {});
    return () => (over = true);
  }, [wanted, number, request?.text, problem]);
  return ready;
}

/** @param {{app: App, request: import("../lib/phone.js").Request | null, outcome: any, busy: boolean, onAgain?: () => void}} props */
function Ended({ app, request, outcome, busy, onAgain }) {
  const newer = outcome === "replaced" ? app.phone?.inbox.requests.find(({ state }) => state === "waiting") : undefined;
  return html`<${Answered} outcome=${outcome} signIn=${request?.challenge?.action === "sign_in"} by=${request?.by ?? ""} stay=${app.settings.moretime} busy=${busy}
    onDone=${() => app.nav.home()} onAgain=${["unsent", "unsure"].includes(outcome) ? onAgain : undefined}
    onSee=${newer && (() => app.nav.swap("request", { id: newer.id }))} />`;
}

/** @param {import("../lib/phone.js").Phone} phone @returns {string[]} */
const waitingIn = (phone) => phone.inbox.requests.filter(({ state }) => state === "waiting").map(({ id }) => id);

/** @param {import("../lib/phone.js").Phone} phone @param {string} id */
function whichOf(phone, id) {
  const ids = waitingIn(phone);
  return { n: ids.indexOf(id) + 1, all: ids.length };
}

/** @param {import("../lib/phone.js").Phone} phone @param {string} id */
function nextOf(phone, id) {
  const ids = waitingIn(phone);
  return ids[(ids.indexOf(id) + 1) % ids.length];
}
