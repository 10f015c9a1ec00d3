// One request from the card to its end: read, number, unlock, answer.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { shortTime } from "../lib/clock.js";
import { language } from "../lib/words.js";
import { Answered } from "../view/answered.js";
import { EnterPin } from "../view/pin.js";
import { Loading, Request } from "../view/request.js";
import { useDecision } from "./decide.js";
import { outcomeOf } from "./outcome.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {ReturnType<typeof useDecision>} Decision */
/** @typedef {import("../lib/phone.js").Request} Asked */

/**
 * P9, P10 and P11.
 * @param {{app: Running, id: string, secret?: string, code?: boolean}} props
 *   secret: of the QR code that this app's camera has read; code: a QR code or its link named the request
 */
export function RequestFlow({ app, id, secret = "", code = false }) {
  const { phone } = app;
  const found = phone.request(id);
  const last = useRef(found);
  const request = (last.current = found ?? last.current); // it stays readable when the list has dropped it
  const account = phone.accounts().find(({ device }) => device === request?.device);
  const decision = useDecision(app, request, account?.unlock ?? "pin", secret);
  const waiting = request?.state === "waiting";
  useEffect(() => {
    if (!found) phone.check().finally(() => decision.change({ looked: true }));
  }, []);
  useEffect(() => {
    if (waiting) phone.seen(request, secret ? "scanned" : "opened");
  }, [waiting]);

  const own = account?.phoneName ?? "";
  const outcome = outcomeOf(request, decision.state, own);
  if (outcome === "loading") return html`<${Loading} back=${() => app.nav.back()} />`;
  if (outcome || !request?.challenge) return html`<${Ended} app=${app} request=${request} own=${own}
    outcome=${outcome === "gone" && code && !request ? "missing" : outcome || "gone"} decision=${decision} />`;
  const View = decision.state.step === "pin" ? Unlock : Details;
  return html`<${View} app=${app} request=${request} decision=${decision} scanned=${secret !== ""} />`;
}

/** P9a and P11. @param {{app: Running, request: Asked, decision: Decision, scanned: boolean}} props */
function Details({ app, request, decision, scanned }) {
  const { state, change, asksNumber, approve, deny, report } = decision;
  const { id, ends } = request;
  const challenge = /** @type {NonNullable<Asked["challenge"]>} */ (request.challenge);
  const ids = waitingIn(app);
  const n = ids.indexOf(id) + 1;
  return html`<${Request} id=${id} challenge=${challenge} host=${app.host}
    time=${shortTime(challenge.created, language())} ends=${ends} number=${state.number} asksNumber=${asksNumber}
    wrong=${state.wrong} problem=${state.problem} busy=${state.busy} which=${{ n, all: ids.length }} scanned=${scanned}
    offline=${app.offline} onOffline=${() => app.nav.go("Respond", { device: request.device })}
    back=${() => app.nav.back()} onNext=${() => app.nav.swap("Request", { id: ids[n % ids.length] })}
    onNumber=${(/** @type {string} */ number) => change({ number: number.slice(0, 12), wrong: null })}
    onApprove=${approve} onDeny=${deny} onReport=${report} />`;
}

/** P9b. @param {{app: Running, request: Asked, decision: Decision, scanned: boolean}} props */
function Unlock({ request, decision: { state, change, enter }, scanned }) {
  const { app, name, action } = /** @type {NonNullable<Asked["challenge"]>} */ (request.challenge);
  return html`<${EnterPin} name="request-unlock" k="request.unlock.title" lead=${app} sub=${name} left=${state.left}
    problem=${state.problem} busy=${state.busy !== ""}
    go=${action !== "sign_in" ? "request.approve.other" : scanned ? "scanned.go" : "request.approve"}
    work="request.sending" back=${() => change({ step: "details", problem: null })} onGo=${enter} />`;
}

/** P10. @param {{app: Running, request: Asked | null, own: string, outcome: any, decision: Decision}} props */
function Ended({ app, request, own, outcome, decision: { state, again } }) {
  const newer = outcome === "replaced" ? waitingIn(app)[0] : undefined;
  return html`<${Answered} outcome=${outcome} signIn=${request?.challenge?.action === "sign_in"} by=${request?.by ?? ""}
    own=${request?.by === own} onPhone=${/Android|HarmonyOS|iPhone|iPad/.test(request?.challenge?.browser ?? "")}
    stay=${app.settings.moretime} busy=${state.busy !== ""} onDone=${() => app.nav.home()}
    onAgain=${["unsent", "unsure"].includes(outcome) ? again : undefined}
    onSee=${newer && (() => app.nav.swap("Request", { id: newer }))}
    onScan=${["missing", "stale"].includes(outcome) ? () => app.nav.swap("Scan") : undefined} />`;
}

/** Ids of what waits, newest first. @param {Running} app @returns {string[]} */
const waitingIn = (app) =>
  app.phone.inbox.requests.filter(({ state }) => state === "waiting").map(({ id }) => id);
