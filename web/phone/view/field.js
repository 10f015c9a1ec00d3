// Fields: one input for a code, never a box for each symbol. What is typed is
// kept in memory only.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Icon, T } from "./part.js";

/** @typedef {import("./part.js").Say} Say */

/**
 * A field with its label; error and hint are tied to it. What is still being composed is told as it stands: a keyboard
 * that finds another text than its own in the field begins anew, and everything is there twice.
 * @param {{id: string, k: string, value: string, onValue: (value: string, composing?: boolean) => void,
 *   error?: Say | null, hint?: Say, top?: any, side?: any, focus?: boolean, kind?: string,
 *   [attribute: string]: any}} props
 *   focus: it is the screen's only job
 */
export function Field({ id, k, value, onValue, error, hint, top, side, focus = false, kind = "", ...rest }) {
  const input = useRef();
  const composing = useRef(false); // an input event says it itself only since Safari 16.4
  useLayoutEffect(() => {
    if (focus) input.current.focus();
  }, []);
  const tied = [hint && id + "-hint", error && id + "-error"].filter(Boolean).join(" ");
  return html`<div class="field">
    <div class="top"><label for=${id} data-t=${k}>${t(k)}</label>${top}</div>
    <div class="in"><input ref=${input} id=${id} class=${kind} value=${value}
      autocomplete="off" autocorrect="off" spellcheck=${false}
      aria-invalid=${error ? "true" : undefined} aria-describedby=${tied || undefined}
      onInput=${(/** @type {any} */ event) => onValue(event.target.value, composing.current)}
      oncompositionstart=${() => (composing.current = true)}
      oncompositionend=${(/** @type {any} */ event) => ((composing.current = false), onValue(event.target.value))}
      ...${rest} />${side}</div>
    ${hint && html`<${T} as="p" class="hint" id=${id + "-hint"} ...${hint} />`}
    <p class="error" id=${id + "-error"} role="alert">
      ${error && html`<${Icon} name="warning" /><${T} ...${error} />`}</p>
  </div>`;
}

/**
 * The Keyturn PIN: digits by default, letters one tap away.
 * @param {{id: string, k: string, value: string, onValue: (value: string) => void, error?: Say | null, hint?: Say,
 *   focus?: boolean, shown?: boolean, onShown?: () => void, letters?: boolean, onLetters?: (letters: boolean) => void,
 *   [attribute: string]: any}} props
 *   shown, letters: of a field whose twin has the buttons; with onShown, onLetters it is that twin
 */
export function PinField({ shown, onShown, letters: given, onLetters, ...props }) {
  const [ownLetters, setLetters] = useState(false);
  const [own, setOwn] = useState(false);
  const visible = shown ?? own;
  const letters = given ?? ownLetters;
  const change = (/** @type {any} */ event) => {
    (onLetters ?? setLetters)(!letters);
    // A keyboard changes its kind only when the field is entered anew.
    const input = event.currentTarget.parentElement.querySelector("input");
    input.blur();
    setTimeout(() => input.focus());
  };
  const eye = html`<button type="button" class="btn link" data-t=${visible ? "page.hide" : "page.show"}
    aria-pressed=${visible} onClick=${onShown ?? (() => setOwn(!own))}>
    ${t(visible ? "page.hide" : "page.show")}</button>`;
  const keys = html`<button type="button" class="keys"
    aria-label=${"123 abc: " + t(letters ? "unlock.keys.digits" : "unlock.keys.letters")} onClick=${change}>
    <b class=${letters ? "" : "on"}>123</b> <b class=${letters ? "on" : ""}>abc</b></button>`;
  return html`<${Field} ...${props} kind="pin" type=${visible ? "text" : "password"}
    inputmode=${letters ? "text" : "numeric"} autocapitalize="off" enterkeyhint="go"
    top=${shown === undefined || onShown ? eye : null} side=${given === undefined || onLetters ? keys : null} />`;
}

/**
 * Digits that a person carries; grouped in two halves when the field is left.
 * @param {{id: string, k: string, value: string, onValue: (digits: string) => void, error?: Say | null, hint?: Say,
 *   focus?: boolean, size?: number}} props
 *   value: digits only; size: how many there are
 */
export function DigitField({ value, onValue, size = 6, ...props }) {
  const [inside, setInside] = useState(false);
  const [composed, setComposed] = useState(/** @type {string | null} */ (null));
  const change = (/** @type {string} */ typed, composing = false) => {
    setComposed(composing ? typed : null);
    onValue(digits(typed));
  };
  useLayoutEffect(() => {
    // A whole number is there to be replaced.
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById(props.id));
    if (inside && field?.value.length === size) field.select();
  }, [inside]);
  const grouped = value.length === size ? halves(value) : value;
  return html`<${Field} ...${props} kind="digits" inputmode="numeric" enterkeyhint="go"
    value=${composed ?? (inside ? value : grouped)} onFocus=${() => setInside(true)} onBlur=${() => setInside(false)}
    onValue=${change} />`;
}

/** Two groups are easier to carry. @param {string} digits */
export const halves = (digits) => digits.slice(0, digits.length / 2) + " " + digits.slice(digits.length / 2);

/** The digits of what was typed, full-width ones too. @param {string} typed */
export function digits(typed) {
  return typed.normalize("NFKC").replace(/[^0-9]/g, "");
}

/** Digits or symbols one by one, for the ear, with a pause for a dash. @param {string} symbols */
export function spell(symbols) {
  return [...symbols].join(" ").replaceAll(" -", ",");
}
