// The parts that every screen is made of.

import { createContext, html, useContext, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../lib/words.js";

/** @typedef {Record<string, string | number>} Values */
/** A sentence: its key in the catalogue, and its values. @typedef {{k: string, v?: Values}} Say */

const SPRITE = new URL("../shared/icons/sprite.svg", import.meta.url).pathname;

/** What stands around a screen: the menu, and whether the network is away. */
export const Shell = createContext({ menu() {}, offline: false, speak(/** @type {string} */ _language) {} });

/**
 * Words in an element of their own, which says by its key where they are from.
 * @param {{k: string, v?: Values, as?: string, [attribute: string]: any}} props
 */
export function T({ k, v, as = "span", ...rest }) {
  return html`<${as} data-t=${k} ...${rest}>${t(k, v)}<//>`;
}

/** @param {{name: string, kind?: string}} props */
export function Icon({ name, kind = "" }) {
  return html`<svg class=${"icon " + kind} aria-hidden="true"><use href=${SPRITE + "#" + name} /></svg>`;
}

/** @param {{turned?: boolean, kind?: string}} props  turned: approved */
export function Mark({ turned = false, kind = "" }) {
  return html`<svg class=${`mark ${kind} ${turned ? "turned" : ""}`} viewBox="0 0 24 24" aria-hidden="true">
    <use href=${SPRITE + "#mark"} /></svg>`;
}

/**
 * A button. While it works it says so, and further presses do nothing.
 * @param {{k: string, v?: Values, kind?: string, icon?: string, busy?: boolean, busyKey?: string,
 *   onPress?: (event: Event) => void, type?: string, [attribute: string]: any}} props
 */
export function Button({ k, v, kind = "", icon, busy = false, busyKey, onPress, type = "button", ...rest }) {
  const press = (/** @type {Event} */ event) => {
    if (busy) event.preventDefault();
    else onPress?.(event);
  };
  return html`<button type=${type} class=${"btn " + kind} data-t=${k} aria-disabled=${busy ? "true" : undefined}
    onClick=${press} ...${rest}>${icon && html`<${Icon} name=${icon} />`}<span>${t(busy && busyKey ? busyKey : k, v)}</span></button>`;
}

/** A button that is only an icon; its words are for the ear. @param {{k: string, icon: string, onPress: () => void, [attribute: string]: any}} props */
export function Round({ k, icon, onPress, ...rest }) {
  return html`<button type="button" class="btn round" data-t=${k} aria-label=${t(k)} title=${t(k)} onClick=${onPress} ...${rest}>
    <${Icon} name=${icon} /></button>`;
}

/**
 * One screen: bar, heading, what it says, and its buttons, which stay in sight.
 * The heading takes the focus, so that a new screen is read out; with
 * focus=false a field of the screen takes it.
 * @param {{name: string, k: string, v?: Values, back?: () => void, bare?: boolean, acts?: any, say?: string, focus?: boolean,
 *   mark?: any, tools?: any, children?: any, [attribute: string]: any}} props  say: told to screen readers
 */
export function Screen({ name, k, v, back, bare = false, acts, say = "", focus = true, mark, tools, children, ...rest }) {
  const { menu, offline } = useContext(Shell);
  const heading = useRef();
  const title = t(k, v);
  useLayoutEffect(() => {
    document.title = bare ? title : `${title} · ${t("app.name")}`;
  }, [title]);
  useLayoutEffect(() => {
    if (focus) heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [name, k]);
  return html`<div class="screen">
    <header class="bar">
      ${back ? html`<${Round} k="page.back" icon="back" onPress=${back} />` : html`<span class="brand"><${Mark} />${t("app.name")}</span>`}
      <span class="tools">${tools}<${Round} k="page.menu" icon="more" onPress=${menu} aria-haspopup="dialog" /></span>
    </header>
    <${Offline} off=${offline} />
    <main data-screen=${name} class=${bare ? "bare" : ""} ...${rest}>
      ${mark}
      <h1 ref=${heading} tabindex="-1" data-t=${k} class=${bare ? "sr" : ""}>${whole(title)}</h1>
      ${children}
    </main>
    <p class="sr" role="status">${say}</p>
    ${acts && html`<footer class="acts">${acts}</footer>`}
  </div>`;
}

/** A title whose hyphened words don't break. @param {string} title */
const whole = (title) => title.split(/(\w+-\w+)/).map((part, i) => (i % 2 ? html`<span class="keep">${part}</span>` : part));

/** Always in the page, so that its words are read out when they come. @param {{off: boolean}} props */
function Offline({ off }) {
  return html`<p role="status" class=${off ? "strip" : "sr"}>${off && html`<${Icon} name="globe" /><${T} k="page.offline" />`}</p>`;
}

/** A sentence with its icon, in a box. @param {{kind?: string, icon?: string, say?: Say, role?: string, children?: any}} props */
export function Banner({ kind = "info", icon = "info", say, role, children }) {
  return html`<div class=${"banner " + kind} role=${role}><${Icon} name=${icon} />
    <div>${say && html`<${T} as="p" ...${say} />`}${children}</div></div>`;
}

/**
 * What went wrong, read out at once, with the reference that the help desk can look up.
 * @param {{problem: Fault | null | undefined, children?: any}} props
 * @typedef {{k: string, v?: Values, reference?: string | null}} Fault
 */
export function Trouble({ problem, children }) {
  if (!problem) return null;
  const { reference, ...say } = problem;
  return html`<${Banner} kind="bad" icon="warning" role="alert" say=${say}>
    <${Reference} reference=${reference} />${children}<//>`;
}

/** What the help desk can look up, in two groups of four. @param {{reference: string | null | undefined}} props */
export function Reference({ reference }) {
  if (!reference) return null;
  return html`<${T} as="p" class="ref" k="page.ref" v=${{ ref: reference.replace(/^(.{4})(.{4})$/, "$1-$2") }} />`;
}

/** A sentence that says how things stand. @param {{say: Say, dots?: boolean, icon?: string, kind?: string}} props */
export function Status({ say, dots = false, icon = "info", kind = "" }) {
  return html`<p class=${"status " + kind} role="status">
    ${dots ? html`<span class="dots" aria-hidden="true"><i /><i /><i /></span>` : html`<${Icon} name=${icon} />`}<${T} ...${say} /></p>`;
}

/**
 * Copies a text and says so in its place.
 * @param {{k: string, text: string, copy: (text: string) => Promise<boolean>, kind?: string}} props
 */
export function Copy({ k, text, copy, kind = "small" }) {
  const [done, setDone] = useState(false);
  const press = async () => {
    if (!(await copy(text))) return;
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return html`<${Button} k=${k} kind=${kind} icon=${done ? "tick" : "copy"} busyKey="page.copied" onPress=${press} busy=${done} />
    <span class="sr" role="status">${done && t("page.copied")}</span>`;
}
