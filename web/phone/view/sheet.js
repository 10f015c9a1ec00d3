// A sheet from below: a question, or the menu. Esc and back close it, and decide
// nothing.

import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { LANGUAGES, language, t } from "../lib/words.js";
import { Banner, Button, Guide, T } from "./part.js";

/**
 * A sheet with its heading, which takes the focus and gives it back.
 * @param {{k: string, v?: Record<string, string | number>, onClose: () => void, children?: any}} props
 */
export function Sheet({ k, v, onClose, children }) {
  const dialog = useRef();
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement), sheet = dialog.current;
    sheet.showModal();
    sheet.querySelector("h2").focus();
    return () => {
      sheet.remove(); // while it is there nothing below it takes the focus
      before?.focus?.();
    };
  }, []);
  const outside = (/** @type {any} */ event) => event.target === dialog.current && onClose();
  return html`<dialog class="sheet" ref=${dialog} aria-labelledby="sheet-title" onCancel=${onClose} onClose=${onClose}
    onClick=${outside}>
    <div class="stack"><h2 id="sheet-title" data-t=${k} tabindex="-1">${t(k, v)}</h2>${children}</div>
  </dialog>`;
}

/**
 * The menu of every screen.
 * @param {{onClose: () => void, onSettings?: () => void, onCheck?: () => void, onHelp: () => void,
 *   onLanguage: (language: string) => void}} props
 */
export function Menu({ onClose, onSettings, onCheck, onHelp, onLanguage }) {
  const item = (/** @type {string} */ k, /** @type {string} */ icon, /** @type {(() => void) | undefined} */ act) =>
    act && html`<${Button} k=${k} icon=${icon} kind="item" onPress=${() => (onClose(), act())} />`;
  return html`<${Sheet} k="page.menu" onClose=${onClose}>
    <div class="menu">
      ${item("settings.title", "gear", onSettings)}
      ${item("home.check", "flip", onCheck)}
      ${item("page.help", "help", onHelp)}
    </div>
    <${Languages} chosen=${language()} onChoose=${onLanguage} />
    <${Button} k="page.close" kind="wide" onPress=${onClose} />
  <//>`;
}

/** What people look for most, and all of it. @type {[string, string][]} */
const GUIDES = [["activation-errors", "tips.guide.activation"], ["no-notification", "tips.guide.nothing"],
  ["new-phone", "tips.guide.move"], ["", "tips.guide.all"]];

/** The first things to try, which need no network, and the pages of the help. @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  return html`<${Sheet} k="page.help" onClose=${onClose}>
    ${["tips.open", "tips.code", "tips.lost"].map((k) => html`<${T} as="p" k=${k} />`)}
    <${Banner} kind="warn" icon="warning" say=${{ k: "tips.never" }} />
    <div class="menu">${GUIDES.map(([slug, k]) => html`<${Guide} slug=${slug} k=${k} kind="item" />`)}</div>
    <${Button} k="page.close" kind="wide" onPress=${onClose} />
  <//>`;
}

/** All languages, each in its own name. @param {{chosen: string, onChoose: (language: string) => void}} props */
export function Languages({ chosen, onChoose }) {
  return html`<div class="segments" role="group" aria-label=${t("page.language")}>
    ${Object.entries(LANGUAGES).map(([code, name]) => html`<button type="button" lang=${code}
      aria-pressed=${chosen === code} onClick=${() => onChoose(code)}>${name}</button>`)}</div>`;
}
