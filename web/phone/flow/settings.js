// What a person can set on this phone.

import { html, useState } from "../vendor/preact.js";
import { Settings } from "../view/settings.js";

/** @typedef {import("./app.js").App} App */

/** P14. @param {{app: App}} props */
export function SettingsFlow({ app }) {
  const [resetting, setResetting] = useState(false);
  const { language, theme, moretime } = app.settings;
  const accounts = app.phone?.accounts() ?? [];
  const unlock = accounts.find(({ state }) => state === "active")?.unlock ?? "none";
  const reset = async () => {
    await app.phone?.reset();
    app.nav.home();
    app.note = { k: "settings.reset.done" };
    app.draw();
  };
  return html`<${Settings} language=${language} theme=${theme} unlock=${unlock} moretime=${moretime} service=${app.service || accounts[0]?.service || ""} host=${app.host}
    resetting=${resetting} back=${() => app.nav.back()} onLanguage=${(/** @type {string} */ to) => app.set({ language: to })} onTheme=${(/** @type {string} */ to) => app.set({ theme: to })}
    onMoretime=${(/** @type {boolean} */ on) => app.set({ moretime: on })} onForgot=${() => app.nav.go("Recover")} onReset=${setResetting} onGo=${reset} />`;
}
