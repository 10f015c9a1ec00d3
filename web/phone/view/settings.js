// P14: what a person can set on this phone.

import { html, useState } from "../vendor/preact.js";
import { LANGUAGES, t } from "../lib/words.js";
import { Field } from "./field.js";
import { Button, Copy, Guide, Screen, T, Trouble } from "./part.js";
import { Rows } from "./rows.js";
import { Sheet } from "./sheet.js";

/**
 * @typedef {object} Props
 * @property {string} language  empty: the system's
 * @property {string} theme     empty: the system's
 * @property {"pin" | "platform" | "none"} unlock
 * @property {boolean} moretime
 * @property {string} service
 * @property {string} host
 * @property {string} version   of the app
 * @property {import("../flow/settings.js").Update} update
 * @property {boolean} resetting    it is asked whether to reset
 * @property {string} diagnostics  empty: not shown
 * @property {{state: import("../lib/push.js").PushState | "", on: boolean}} push
 * @property {(text: string) => Promise<boolean>} copy
 * @property {() => void} back
 * @property {(show: boolean) => void} onDiagnose
 * @property {(on: boolean) => void} onPush
 * @property {() => void} onCheck
 * @property {(language: string) => void} onLanguage
 * @property {(theme: string) => void} onTheme
 * @property {(on: boolean) => void} onMoretime
 * @property {() => void} onPin
 * @property {() => void} onForgot
 * @property {(asking: boolean) => void} onReset
 * @property {() => void} onGo  resets
 */

/** P14. @param {Props} props */
export function Settings(props) {
  const { language, theme, unlock, moretime, service, host, version, update, resetting, diagnostics } = props;
  const { push, copy, back, onDiagnose, onPush, onCheck, onLanguage, onTheme, onMoretime } = props;
  const { onPin, onForgot, onReset, onGo } = props;
  return html`<${Screen} name="settings" k="settings.title" back=${back}>
    <section class="card snug stack">
      <${Choice} id="language" k="settings.language" value=${language} onChoose=${onLanguage}
        options=${[["", "settings.language.system"]]} own=${Object.entries(LANGUAGES)} />
      <${Choice} id="theme" k="settings.theme" value=${theme} onChoose=${onTheme}
        options=${[["", "settings.theme.system"], ["light", "settings.theme.light"],
          ["dark", "settings.theme.dark"]]} />
      <label class="check">
        <input type="checkbox" id="moretime" checked=${moretime}
          onChange=${(/** @type {any} */ event) => onMoretime(event.target.checked)} />
        <span><b data-t="settings.moretime">${t("settings.moretime")}</b>
          <${T} as="span" class="hint" k="settings.moretime.note" /></span></label>
    </section>
    <section class="card snug"><${Push} push=${push} onPush=${onPush} onCheck=${onCheck} /></section>
    <section class="card snug">
      <${Rows} rows=${[["settings.unlock", t("settings.unlock." + unlock)]]} />
      ${unlock === "pin" && html`<p><${Button} k="pin.title" kind="small" icon="key" onPress=${onPin} /></p>
        <${Button} k="settings.forgot" kind="link" onPress=${onForgot} />`}
    </section>
    <section><h2 class="over" data-t="settings.about">${t("settings.about")}</h2><div class="card snug stack">
      <${Rows} rows=${[["settings.about.service", service], ["settings.about.server", host],
        ["settings.about.release", update.server], ["settings.about.version", version],
        ["settings.about.licence", "Apache-2.0"]]} />
      <${Newer} ...${update} />
      <${T} as="p" class="small muted" k="settings.about.limit" />
      <${Guide} slug="what-you-need" k="page.guide" /></div></section>
    <p><${Button} k="settings.diagnostics" kind="wide" icon="info" onPress=${() => onDiagnose(true)} /></p>
    <p><${Button} k="settings.reset" kind="wide" icon="bin" onPress=${() => onReset(true)} /></p>
    ${diagnostics && html`<${Sheet} k="settings.diagnostics" onClose=${() => onDiagnose(false)}>
      <${T} as="p" k="settings.diagnostics.body" />
      <pre class="well diagnostics" lang="en" tabindex="0">${diagnostics}</pre>
      <${Copy} k="page.copy" text=${diagnostics} copy=${copy} kind="main wide" />
      <${Button} k="page.close" kind="wide" onPress=${() => onDiagnose(false)} /><//>`}
    ${resetting && html`<${Reset} onClose=${() => onReset(false)} onGo=${onGo} />`}
  <//>`;
}

/**
 * On, off, or one line that says why there are none.
 * @param {{push: {state: string, on: boolean}, onPush: (on: boolean) => void, onCheck: () => void}} props
 */
function Push({ push: { state, on }, onPush, onCheck }) {
  if (state === "none") return html`<p class="label" data-t="settings.notif">${t("settings.notif")}</p>
    <${T} as="p" class="small muted" k="notify.none" />`;
  return html`<label class="check">
    <input type="checkbox" id="notif" checked=${on} disabled=${state === "denied"}
      onChange=${(/** @type {any} */ event) => onPush(event.target.checked)} />
      <span><b data-t="settings.notif">${t("settings.notif")}</b>
      <${T} as="span" class="hint" k=${state === "denied" ? "notify.perm.no" : "settings.notif.note"} /></span></label>
    <${Button} k="notify.check" kind="link" onPress=${onCheck} />`;
}

/**
 * A newer version begins at the next start: nothing that is being typed is lost.
 * @param {import("../flow/settings.js").Update} props
 */
function Newer({ step, problem, look }) {
  return html`<div class="stack" role="status">
    ${step !== "" && step !== "looking" && html`<${T} as="p" k=${"settings.update." + step} />`}</div>
    <${Trouble} problem=${problem} />
    ${step !== "ready" && html`<p><${Button} k="settings.update" kind="small" icon="flip" busy=${step === "looking"}
      busyKey="settings.update.work" onPress=${look} /></p>`}`;
}

/**
 * One of several: options by their keys, then languages, each in its own name.
 * @param {{id: string, k: string, value: string, options: [string, string][], own?: [string, string][],
 *   onChoose: (value: string) => void}} props
 */
function Choice({ id, k, value, options, own = [], onChoose }) {
  const one = (/** @type {string} */ option, /** @type {string} */ name, /** @type {object} */ rest) =>
    html`<button type="button" aria-pressed=${value === option} onClick=${() => onChoose(option)}
      ...${rest}>${name}</button>`;
  return html`<div><p class="label" id=${id + "-label"} data-t=${k}>${t(k)}</p>
    <div class="segments" role="group" aria-labelledby=${id + "-label"}>
      ${options.map(([option, name]) => one(option, t(name), { "data-t": name }))}
      ${own.map(([option, name]) => one(option, name, { lang: option }))}</div></div>`;
}

/** Typed, not tapped: it deletes every key of this phone. @param {{onClose: () => void, onGo: () => void}} props */
function Reset({ onClose, onGo }) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const word = t("settings.reset.word");
  const go = () => (typed.trim().toUpperCase() === word ? onGo() : setWrong(true));
  return html`<${Sheet} k="settings.reset" onClose=${onClose}>
    <${T} as="p" k="settings.reset.body" />
    <p data-t="settings.reset.type">${t("settings.reset.type", { word })}</p>
    <${Field} id="reset-word" k="settings.reset.field" value=${typed} onValue=${setTyped}
      error=${wrong ? { k: "settings.reset.wrong" } : null} autocapitalize="characters" />
    <${Button} k="settings.reset.keep" kind="main wide" onPress=${onClose} />
    <${Button} k="settings.reset.go" kind="wide" icon="bin" onPress=${go} />
  <//>`;
}
