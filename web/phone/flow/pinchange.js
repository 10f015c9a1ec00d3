// Changing the PIN, and what became of a change that was cut off.

import { html, useEffect, useState } from "../vendor/preact.js";
import { is } from "../lib/problem.js";
import { list } from "../lib/words.js";
import { ChangePin } from "../view/pinchange.js";
import { fault, isLocked, useFault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../view/part.js").Fault} Fault */

/** Codes for which this screen has words of its own. */
const OWN = { offline: "pin.offline", proof_wrong: "error.pin_kept", server_busy: "error.pin_kept" };

/** P14, "Change PIN". @param {{app: Running}} props */
export function PinFlow({ app }) {
  const { phone } = app;
  const [rules, setRules] = useState({ min: 4, max: 6 });
  const [left, setLeft] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useFault();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    phone.server().then(({ pin }) => setRules(pin), () => {});
  }, []);
  const run = async (/** @type {() => Promise<unknown>} */ act) => {
    const open = phone.pinOpen;
    setBusy(true);
    setProblem(null);
    setLeft(null);
    try {
      await act();
    } catch (failure) {
      if (isLocked(failure)) return app.nav.reset("Locked");
      const tries = is(failure, "pin_wrong") ? failure.triesLeft : null;
      setLeft(tries);
      // A screen of its own says that it isn't known yet; asked again, this one says so once more.
      if (tries === null && (open || !is(failure, "pin_unsettled"))) setProblem(fault(failure, OWN));
    }
    return setBusy(false);
  };
  const go = (/** @type {{current: string, next: string, earlier?: string}} */ pins) =>
    run(async () => {
      await phone.changePin(pins);
      changed(app);
    });
  const check = () => run(async () => (await phone.settle()) === "changed" && changed(app));
  const pins = phone.accounts().filter(({ unlock, state }) => unlock === "pin" && state !== "removed");
  const earlier = pins.filter(({ state, earlier }) => earlier && state === "active");
  return html`<${ChangePin} accounts=${pins.map(({ account }) => account.name)}
    earlier=${list(earlier.map(({ account }) => account.name))} rules=${rules} offline=${app.offline} left=${left}
    problem=${problem} open=${phone.pinOpen && !busy} busy=${busy} back=${() => app.nav.back()} onGo=${go}
    onCheck=${check} onForgot=${() => app.nav.go("Recover")} />`;
}

/** @param {Running} app */
function changed(app) {
  app.nav.home();
  app.note = { k: "pin.changed" };
  app.draw();
}

/** What became of a change that was cut off, said once. @param {Running} app */
export async function settled(app) {
  const outcome = await app.phone.settle().catch(() => "");
  if (outcome === "changed") app.note = { k: "pin.changed" };
  if (outcome === "kept") app.note = { k: "error.pin_kept" };
  app.draw();
}
