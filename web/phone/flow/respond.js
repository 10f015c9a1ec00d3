// The response to a challenge code: typed, unlocked, shown for a while. Nothing is
// sent, nothing is kept, and nobody here knows whether the PIN was right.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { challengeProblem } from "../lib/ocra.js";
import { serviceName } from "../lib/words.js";
import { EnterPin } from "../view/pin.js";
import { Respond } from "../view/respond.js";
import { fault, useFault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../lib/offline.js").Offline} Offline */
/** @typedef {import("../view/part.js").Fault} Fault */

const SHOWN = 5 * 60 * 1000; // milliseconds that a response stays in sight

/** P12. @param {{app: Running, device?: string}} props  device: of the account that it was opened from */
export function RespondFlow({ app, device: first }) {
  const { phone } = app;
  const rows = phone.accounts().filter(({ state }) => state === "active");
  const [device, setDevice] = useState(first ?? rows[0]?.device ?? "");
  const [challenge, setChallenge] = useState("");
  const [step, setStep] = useState(/** @type {"challenge" | "pin"} */ ("challenge"));
  const [problem, setProblem] = useFault();
  const [typo, setTypo] = useState(false);
  const [busy, setBusy] = useState(false);
  const { response, show, clear } = useResponse();
  const ready = useOffline(app, device);
  const row = rows.find((one) => one.device === device);
  useEffect(() => {
    if (!row) app.nav.home(); // removed or locked since
  }, [row]);
  if (!row) return null;

  const run = async (/** @type {Promise<string>} */ computing) => {
    setBusy(true);
    setProblem(null);
    try {
      show(await computing);
      setStep("challenge");
    } catch (failure) {
      setProblem(fault(failure));
    }
    setBusy(false);
  };
  const respond = (/** @type {string | undefined} */ pin) => {
    if (ready.current) return run(ready.current.respond(challenge, pin));
    return run(phone.offline(device).then((made) => made.respond(challenge, pin))); // which says why it isn't ready
  };
  const go = () => {
    clear();
    setProblem(null);
    setTypo(challengeProblem(challenge) !== null);
    if (challengeProblem(challenge)) return document.getElementById("challenge")?.focus();
    return row.unlock === "pin" ? setStep("pin") : respond(undefined); // the system's sheet opens from this tap
  };
  const change = (/** @type {() => void} */ act) => {
    clear();
    setTypo(false);
    act();
  };
  if (step === "pin") {
    return html`<${EnterPin} name="respond-unlock" k="respond.unlock" lead=${row.account.name}
      sub=${serviceName(row.service)} left=${null} problem=${problem} busy=${busy} go="respond.get" work="respond.work"
      back=${() => setStep("challenge")} onGo=${respond} />`;
  }
  return html`<${Respond} accounts=${rows.map((one) => ({ device: one.device, name: one.account.name }))}
    device=${device} challenge=${challenge} response=${response} pin=${row.unlock === "pin"} typo=${typo}
    problem=${problem} busy=${busy} back=${() => app.nav.back()} copy=${app.copy}
    onDevice=${(/** @type {string} */ id) => change(() => setDevice(id))} onGo=${go}
    onChallenge=${(/** @type {string} */ digits) => change(() => setChallenge(digits.slice(0, 12)))} />`;
}

/** What was computed, until five minutes are over or nobody looks any more. */
function useResponse() {
  const [response, setResponse] = useState("");
  useEffect(() => {
    const timer = response ? setTimeout(() => setResponse(""), SHOWN) : 0;
    const away = () => document.hidden && setResponse("");
    document.addEventListener("visibilitychange", away);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", away);
    };
  }, [response]);
  const show = (/** @type {string} */ digits) => !document.hidden && setResponse(digits);
  return { response, show, clear: () => setResponse("") };
}

/**
 * The keys are at hand before the tap.
 * @param {Running} app
 * @param {string} device
 * @returns {{current: Offline | null}}
 */
function useOffline(app, device) {
  const ready = useRef(/** @type {Offline | null} */ (null));
  useEffect(() => {
    ready.current = null;
    app.phone.offline(device).then((made) => (ready.current = made), () => {});
  }, [device]);
  return ready;
}
