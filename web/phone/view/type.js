// P3: the activation code, typed or pasted. A slip is found here and costs nothing.

import { html, useRef, useState } from "../vendor/preact.js";
import { countSymbols, hasU, show, tidy } from "../lib/code.js";
import { t } from "../lib/words.js";
import { Field } from "./field.js";
import { submitted } from "./hook.js";
import { Button, Screen, Slow, T, Trouble } from "./part.js";

/** @typedef {import("./part.js").Say} Say */
/** @typedef {import("./part.js").Fault} Fault */

/** In four groups, if it is a whole code and not a link. @param {string} text */
function grouped(text) {
  const plain = tidy(text).replace(/[^0-9A-Za-z]/g, "");
  return plain.length === 16 && countSymbols(text) === 16 && !text.includes("#") ? show(plain.toUpperCase()) : text;
}

/**
 * P3. What was typed is grouped when it is whole.
 * @param {{text?: string, error: Say | null, problem: Fault | null, busy: boolean, back: () => void,
 *   onText: () => void, onGo: (text: string) => void, onScan: () => void, paste: () => Promise<string>}} props
 *   error: about the field; problem: what the server said; onText: it was changed
 */
export function Type({ text: first = "", error, problem, busy, back, onText, onGo, onScan, paste }) {
  const [text, setText] = useState(first);
  const [hint, setHint] = useState(/** @type {Say | null} */ (null));
  const form = useRef();
  const ended = useRef(false); // what comes next ends a composition
  const n = countSymbols(text);
  const change = (/** @type {string} */ typed, composing = false) => {
    // The last symbol at the end: dashes don't move the cursor under anyone's fingers, nor the text under a keyboard
    // that composes.
    const whole = !composing && (typed.startsWith(text) || ended.current) && countSymbols(typed) === 16;
    ended.current = composing;
    setText(whole ? grouped(typed) : typed);
    setHint(null);
    onText();
  };
  const group = () => setText(grouped(text));
  const fromClipboard = async () => {
    const found = await paste().catch(() => "");
    if (found) change(found.trim());
    else setHint({ k: "type.paste.no" });
    form.current.querySelector("input").focus();
  };
  const submit = submitted(() => {
    group();
    if (!busy) onGo(text);
  });
  const side = html`<div class="under"><span class="small muted" data-t="type.count">${t("type.count", { n })}</span>
    <${Button} k="type.paste" kind="small" icon="paste" onPress=${fromClipboard} /></div>`;
  const shown = error ?? (hasU(text) ? { k: "type.letterU" } : null);
  return html`<form ref=${form} onSubmit=${submit} novalidate>
    <${Screen} name="type" k="type.title" back=${back} focus=${false}
      acts=${html`<${Button} k="type.go" type="submit" kind="main wide" busy=${busy} busyKey="type.busy" />
        <${Button} k="type.scan" kind="link wide" onPress=${onScan} />`}>
      <${T} as="p" class="muted" k="type.where" />
      <div class="card snug">
        <${Field} id="code" k="type.field" kind="code" value=${text} onValue=${change} error=${shown} focus=${true}
          inputmode="text" autocapitalize="characters" enterkeyhint="go" lang="en" onBlur=${group} hint=${hint}
          placeholder="XXXX-XXXX-XXXX-XXXX" />
        ${side}
      </div>
      <${Trouble} problem=${problem} />
      <${Slow} busy=${busy} />
    <//>
  </form>`;
}
