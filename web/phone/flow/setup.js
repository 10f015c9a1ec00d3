// From a code to a device: confirm what it is for, choose the unlock, activate.
// Until "Activate" nothing is used up, whatever happens.

import { html, useEffect, useState } from "../vendor/preact.js";
import { shortTime } from "../lib/clock.js";
import { is, isNetwork } from "../lib/problem.js";
import { hasPlatformUnlock, platform, systemName } from "../lib/system.js";
import { browserName, language, serviceName, t } from "../lib/words.js";
import { Confirm, NotMe } from "../view/confirm.js";
import { Existing, NewPin, PhoneUnlock } from "../view/unlock.js";
import { active, resume } from "./check.js";
import { fault, isLocked, useFault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../lib/prepare.js").Look} Look */
/** @typedef {import("../lib/setup.js").Setup} Setup */
/** @typedef {import("../view/part.js").Fault} Fault */

/** Codes for which this screen has words of its own. */
const OWN = {
  offline: "unlock.lostnet", unlock_closed: "unlock.phone.cancel", unlock_none: "unlock.phone.none",
  pin_wrong: "unlock.existing.wrong", unsure: "unlock.unsure",
};

/** P4. @param {{app: Running, entry: import("./nav.js").Entry, code: string, look?: Look, name?: string}} props */
export function ConfirmFlow({ app, entry, code, look: known, name }) {
  const { phone } = app;
  const [look, setLook] = useState(known ?? null);
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setError(null);
    await phone.look(code).then(setLook, (failure) => {
      if (is(failure, "activation_failed")) app.forget(code);
      setError(failure);
    });
  };
  useEffect(() => {
    if (!look) ask();
  }, []);
  const go = async (/** @type {string} */ given) => {
    entry.props.name = given;
    entry.props.look = look;
    setBusy(true);
    setError(null);
    try {
      const setup = await phone.prepare(/** @type {Look} */ (look), { name: given });
      app.nav.go("Unlock", { setup, name: given });
    } catch (failure) {
      if (is(failure, "locked")) app.nav.go("Locked");
      else if (is(failure, "unfinished")) await resume(app);
      else setError(failure);
    }
    setBusy(false);
  };
  const here = is(error, "here");
  const notMe = () => {
    app.forget(code);
    app.nav.reset("NotMe");
  };
  return html`<${Confirm} made=${look && madeOf(look, app.host)}
    name=${name ?? phone.accounts()[0]?.phoneName ?? t("confirm.phone." + systemName())} here=${here}
    problem=${error && !here ? fault(error, { offline: "unlock.lostnet" }) : null} retry=${!look && isNetwork(error)}
    busy=${busy} back=${() => app.nav.back()} onGo=${go} onNotMe=${notMe} onDone=${() => app.nav.home()}
    onAgain=${ask} />`;
}

/** @param {Look} look @param {string} host */
function madeOf({ service, account, made, ends, replaces }, host) {
  const time = made.time ? shortTime(made.time, language()) : "";
  const computer = browserName(made.browser);
  const { place } = made;
  return { service: serviceName(service), host, account: account.name, computer, place, time, ends, replaces };
}

/** P5. @param {{app: Running, setup: Setup, name: string}} props */
export function UnlockFlow({ app, setup: first, name }) {
  const [setup, setSetup] = useState(first);
  const [problem, setProblem] = useFault();
  const [again, setAgain] = useState(false);
  const [busy, setBusy] = useState(false);
  const { look } = setup;
  useEffect(() => () => setup.close(), [setup]);

  const go = (/** @type {string | undefined} */ pin) => {
    const running = setup.activate(pin); // first, so that the system's sheet opens from this tap
    setBusy(true);
    setProblem(null);
    running.then(({ state }) => arrived(app, setup, state), failed).finally(() => setBusy(false));
  };
  const failed = (/** @type {unknown} */ failure) => {
    const unknown = is(failure, "unsure") || (setup.redeemed && isNetwork(failure));
    setAgain(unknown);
    if (isLocked(failure)) return app.nav.reset("Locked");
    if (setup.redeemed && !unknown) return app.nav.reset("End", { cause: "", problem: fault(failure) });
    setProblem(unknown ? { k: "unlock.unsure" } : fault(failure, OWN));
  };
  const other = useOther(setup);
  const swap = async () => {
    setProblem(null);
    try {
      setSetup(await app.phone.prepare(look, { name, unlock: other ?? undefined }));
    } catch (failure) {
      setProblem(fault(failure, OWN));
    }
  };
  const View = setup.via ? Existing : setup.unlock === "pin" ? NewPin : PhoneUnlock;
  return html`<${View} account=${look.account.name} service=${serviceName(look.service)} pin=${look.pin}
    apple=${platform() === "ios"} platform=${setup.unlock === "platform"} problem=${problem} again=${again} busy=${busy}
    back=${() => app.nav.back()} onGo=${go} onOther=${other && !setup.redeemed && !again ? swap : undefined} />`;
}

/**
 * The other kind of unlock, if this phone and the operator have it.
 * @param {Setup} setup
 * @returns {"pin" | "platform" | null}
 */
function useOther({ via, unlock, look }) {
  const [able, setAble] = useState(false);
  useEffect(() => {
    hasPlatformUnlock().then(setAble);
  }, []);
  const other = unlock === "pin" ? "platform" : "pin";
  return !via && look.unlock.includes(other) && (other === "pin" || able) ? other : null;
}

/** @param {Running} app @param {Setup} setup @param {string} state */
function arrived(app, { activation, look }, state) {
  app.forget(look.code);
  if (state === "active") active(app, /** @type {import("../lib/activation.js").Activation} */ (activation));
  else app.nav.reset("Code", { activation });
}

/** "This isn't me" was chosen. @param {{app: Running}} props */
export function NotMeFlow({ app }) {
  return html`<${NotMe} onDone=${() => app.nav.home()} />`;
}
