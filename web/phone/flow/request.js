// One request from the card to its end: read, number, unlock, answer.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { shortTime } from "../lib/clock.js";
import { language } from "../lib/words.js";
import { Answered } from "../view/answered.js";
import { EnterPin } from "../view/pin.js";
import { Loading, Request } from "../view/request.js";
import { useDecision } from "./decide.js";
import { outcomeOf } from "./outcome.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {ReturnType<typeof useDecision>} Decision */
/** @typedef {import("../lib/phone.js").Request} Asked */

/** P9 and P10. @param {{app: App, id: string}} props */
export function RequestFlow({ app, id }) {
  const phone = /** @type {NonNullable<App["phone"]>} */ (app.phone);
  const found = phone.request(id);
  const last = useRef(found);
  const request = (last.current = found ?? last.current); // it stays readable when the list has dropped it
  const account = phone.accounts().find(({ device }) => device === request?.device);
  const decision = useDecision(app, request, account?.unlock ?? "pin");
  const waiting = request?.state === "waiting";
  useEffect(() => {
    if (!found) phone.check().finally(() => decision.change({ looked: true }));
  }, []);
  useEffect(() => {
    if (waiting) phone.seen(/** @type {Asked} */ (request), "opened");
  }, [waiting]);

  const outcome = outcomeOf(request, decision.state, account?.phoneName ?? "");
  if (outcome === "loading") return html`<${Loading} back=${() => app.nav.back()} />`;
  if (outcome || !request?.challenge) return html`<${Ended} app=${app} request=${request} outcome=${outcome || "gone"} decision=${decision} />`;
  const View = decision.state.step === "pin" ? Unlock : Details;
  return html`<${View} app=${app} request=${request} decision=${decision} />`;
}

/** P9a. @param {{app: App, request: Asked, decision: Decision}} props */
function Details({ app, request, decision }) {
  const { state, change, asksNumber, approve, deny, report } = decision;
  const { id, ends } = request;
  const challenge = /** @type {NonNullable<Asked["challenge"]>} */ (request.challenge);
  const ids = waitingIn(app);
  const n = ids.indexOf(id) + 1;
  return html`<${Request} id=${id} challenge=${challenge} host=${app.host} time=${shortTime(challenge.created, language())} ends=${ends} number=${state.number}
    asksNumber=${asksNumber} wrong=${state.wrong} problem=${state.problem} busy=${state.busy} which=${{ n, all: ids.length }} back=${() => app.nav.back()}
    onNext=${() => app.nav.swap("Request", { id: ids[n % ids.length] })} onNumber=${(/** @type {string} */ number) => change({ number: number.slice(0, 12), wrong: null })}
    onApprove=${approve} onDeny=${deny} onReport=${report} />`;
}

/** P9b. @param {{app: App, request: Asked, decision: Decision}} props */
function Unlock({ request, decision: { state, change, enter } }) {
  const { app, name, action } = /** @type {NonNullable<Asked["challenge"]>} */ (request.challenge);
  return html`<${EnterPin} name="request-unlock" k="request.unlock.title" lead=${app} sub=${name} left=${state.left} problem=${state.problem} busy=${state.busy !== ""}
    go=${action === "sign_in" ? "request.approve" : "request.approve.other"} work="request.sending" back=${() => change({ step: "details", problem: null })} onGo=${enter} />`;
}

/** P10. @param {{app: App, request: Asked | null, outcome: any, decision: Decision}} props */
function Ended({ app, request, outcome, decision: { state, again } }) {
  const newer = outcome === "replaced" ? waitingIn(app)[0] : undefined;
  return html`<${Answered} outcome=${outcome} signIn=${request?.challenge?.action === "sign_in"} by=${request?.by ?? ""} stay=${app.settings.moretime}
    busy=${state.busy !== ""} onDone=${() => app.nav.home()} onAgain=${["unsent", "unsure"].includes(outcome) ? again : undefined}
    onSee=${newer && (() => app.nav.swap("Request", { id: newer }))} />`;
}

/** Ids of what waits, newest first. @param {App} app @returns {string[]} */
const waitingIn = (app) => (app.phone?.inbox.requests ?? []).filter(({ state }) => state === "waiting").map(({ id }) => id);
