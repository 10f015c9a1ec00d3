// Changing the PIN, and what became of a change that was cut off.

import { html, useEffect, useState } from "../vendor/preact.js";
import { list } from "../lib/words.js";
import { ChangePin } from "../view/pinchange.js";
import { fault, is } from "./say.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../view/part.js").Fault} Fault */

/** Codes for which this screen has words of its own. */
const OWN = { offline: "pin.offline", proof_wrong: "error.pin_kept", server_busy: "error.pin_kept" };

/** P14, "Change PIN". @param {{app: App}} props */
export function PinFlow({ app }) {
  const phone = /** @type {NonNullable<App["phone"]>} */ (app.phone);
  const [rules, setRules] = useState({ min: 4, max: 6 });
  const [left, setLeft] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Fault | null} */ (null));
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
      const tries = is(failure, "pin_wrong") ? /** @type {any} */ (failure).triesLeft : null;
      if (is(failure, "pin_locked") || tries === 0) return app.nav.reset("Locked");
      setLeft(tries);
      // That it isn't known yet is a screen of its own; asked again, it says so once more.
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
  return html`<${ChangePin} accounts=${pins.map(({ account }) => account.name)} earlier=${list(earlier.map(({ account }) => account.name))} rules=${rules}
    offline=${app.offline} left=${left} problem=${problem} open=${phone.pinOpen && !busy} busy=${busy} back=${() => app.nav.back()} onGo=${go} onCheck=${check}
    onForgot=${() => app.nav.go("Recover")} />`;
}

/** @param {App} app */
function changed(app) {
  app.nav.home();
  app.note = { k: "pin.changed" };
  app.draw();
}

/** What became of a change that was cut off, said once. @param {App} app */
export async function settled(app) {
  const outcome = await app.phone?.settle().catch(() => "");
  if (outcome === "changed" || outcome === "kept") app.note = { k: outcome === "changed" ? "pin.changed" : "error.pin_kept" };
  app.draw();
}
