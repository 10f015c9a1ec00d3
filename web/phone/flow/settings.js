// What a person can set on this phone.

import { dropPush, pushState } from "../lib/push.js";
import { standalone } from "../lib/system.js";
import { Problem } from "../lib/problem.js";
import { serviceName } from "../lib/words.js";
import { bringNewer } from "../lib/worker.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Settings } from "../view/settings.js";
import { start, stop, usePush } from "./push.js";
import { fault, useFault } from "./say.js";

/** @typedef {import("./app.js").Running} Running */
/** @typedef {import("../view/part.js").Fault} Fault */

/** P14. @param {{app: Running}} props */
export function SettingsFlow({ app }) {
  const [resetting, setResetting] = useState(false);
  const [diagnostics, setDiagnostics] = useState("");
  const { language, theme, moretime } = app.settings;
  const accounts = app.phone.accounts();
  const unlock = accounts.find(({ state }) => state === "active")?.unlock ?? "none";
  const { state, on } = usePush(app);
  const update = useUpdate(app);
  // The browser's question is the first that happens in this tap.
  const turn = (/** @type {boolean} */ to) => (to ? app.nav.go("Notify", { started: start(app) }) : stop(app));
  const diagnose = async (/** @type {boolean} */ show) => setDiagnostics(show ? await diagnosticsOf(app) : "");
  const reset = async () => {
    await dropPush().catch(() => {});
    await app.reset();
    app.nav.home();
    app.note = { k: "settings.reset.done" };
    app.draw();
  };
  return html`<${Settings} language=${language} theme=${theme} unlock=${unlock} moretime=${moretime}
    service=${serviceName(app.service || accounts[0]?.service || "")} host=${app.host} version=${app.settings.version}
    update=${update} diagnostics=${diagnostics} copy=${app.copy} onDiagnose=${diagnose} resetting=${resetting}
    back=${() => app.nav.back()} onLanguage=${(/** @type {string} */ to) => app.set({ language: to })}
    onTheme=${(/** @type {string} */ to) => app.set({ theme: to })}
    onMoretime=${(/** @type {boolean} */ on) => app.set({ moretime: on })} push=${{ state, on }} onPush=${turn}
    onCheck=${() => app.nav.go("NotifyCheck")} onPin=${() => app.nav.go("Pin")} onForgot=${() => app.nav.go("Recover")}
    onReset=${setResetting} onGo=${reset} />`;
}

/** @typedef {"" | "looking" | "newest" | "ready"} Step */
/** @typedef {{server: string, step: Step, problem: Fault | null, look: () => void}} Update */

/** The version of the server, and a newer one of the app on demand. @param {Running} app @returns {Update} */
function useUpdate({ phone }) {
  const [server, setServer] = useState("");
  const [step, setStep] = useState(/** @type {Step} */ (""));
  const [problem, setProblem] = useFault();
  const tell = async (/** @type {boolean} */ anew) => setServer((await phone.server(anew)).version ?? "");
  useEffect(() => {
    tell(false).catch(() => {});
  }, []);
  const look = async () => {
    setStep("looking");
    setProblem(null);
    try {
      await tell(true); // also says if the server is out of reach
      setStep((await bringNewer().catch(() => Promise.reject(new Problem("unloaded")))) ? "ready" : "newest");
    } catch (failure) {
      setStep("");
      setProblem(fault(failure));
    }
  };
  return { server, step, problem, look };
}

/**
 * What the help desk may want to know of this phone: no name, no key, no code. It is shown and copied, never sent.
 * @param {Running} app
 */
async function diagnosticsOf({ phone, host, settings, offline }) {
  const push = await pushState(phone);
  const rows = phone.accounts().map((one) => `${one.device} ${one.state} ${one.unlock} push:${one.push ?? "?"}`);
  const runs = `${standalone() ? "installed" : "in a browser"}, ${offline ? "offline" : "online"}`;
  return [host, `version ${settings.version || "?"}, ${runs}`, navigator.userAgent,
    `notifications: ${push} ${settings.push}`, ...rows].join("\n");
}
