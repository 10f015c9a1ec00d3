// The parts that every screen is made of.

import { createContext, html, useContext, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { language, t } from "../lib/words.js";
import { useSlow } from "./hook.js";

/** @typedef {Record<string, string | number>} Values */
/** A sentence: its key in the catalogue, and its values. @typedef {{k: string, v?: Values}} Say */

const SPRITE = new URL("../shared/icons/sprite.svg", import.meta.url).pathname;

/** What stands around a screen: the menu, and what is said while the network is away. */
export const Shell = createContext({
  menu() {}, offline: "", passing: false,
  speak(/** @type {string} */ _language) {},
  copy: async (/** @type {string} */ _text) => false,
});

/**
 * Words in an element of their own, which says by its key where they are from.
 * @param {{k: string, v?: Values, as?: string, [attribute: string]: any}} props
 */
export function T({ k, v, as = "span", ...rest }) {
  return html`<${as} data-t=${k} ...${rest}>${t(k, v)}<//>`;
}

/** A drawing of the sprite, which says nothing to the ear. @param {{name: string, kind?: string}} props */
export function Icon({ name, kind = "" }) {
  return html`<svg class=${"icon " + kind} aria-hidden="true"><use href=${SPRITE + "#" + name} /></svg>`;
}

/** The key of Keyturn. @param {{turned?: boolean, kind?: string}} props  turned: approved */
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
    onClick=${press} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}<span>${t(busy && busyKey ? busyKey : k, v)}</span></button>`;
}

/**
 * A button that is only an icon; its words are for the ear.
 * @param {{k: string, icon: string, onPress: () => void, [attribute: string]: any}} props
 */
export function Round({ k, icon, onPress, ...rest }) {
  return html`<button type="button" class="btn round" data-t=${k} aria-label=${t(k)} title=${t(k)} onClick=${onPress}
    ...${rest}>
    <${Icon} name=${icon} /></button>`;
}

/**
 * One screen: bar, heading, what it says, and its buttons, which stay in sight.
 * The heading takes the focus, so that a new screen is read out; with
 * focus=false a field of the screen takes it.
 * @param {{name: string, k: string, v?: Values, back?: () => void, bare?: boolean, acts?: any, say?: string,
 *   focus?: boolean, mark?: any, tools?: any, tab?: string, children?: any, [attribute: string]: any}} props
 *   say: told to screen readers; tab: the page's title, if it isn't the heading
 */
export function Screen({
  name, k, v, back, bare = false, acts, say = "", focus = true, mark, tools, tab, children, ...rest
}) {
  const { menu, offline } = useContext(Shell);
  const heading = useRef();
  const title = t(k, v);
  useLayoutEffect(() => {
    document.title = bare && !tab ? title : `${tab || title} · ${t("app.name")}`;
  }, [title, tab]);
  useLayoutEffect(() => {
    if (focus) heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [name, k]);
  return html`<div class="screen">
    <header class="bar">
      ${back
        ? html`<${Round} k="page.back" icon="back" onPress=${back} />`
        : html`<span class="brand"><${Mark} />${t("app.name")}</span>`}
      <span class="tools">${tools}<${Round} k="page.menu" icon="more" onPress=${menu} aria-haspopup="dialog" /></span>
    </header>
    <${Offline} k=${offline} />
    <main data-screen=${name} class=${bare ? "bare" : ""} ...${rest}>
      ${mark}
      <h1 ref=${heading} tabindex="-1" data-t=${k} class=${bare ? "sr" : ""}>${whole(title)}</h1>
      ${children}
    </main>
    <p class="sr" role="status">${say}</p>
    ${acts && html`<footer class="acts">${acts}</footer>`}
  </div>`;
}

/** The key, turned: something is approved, or active. @param {{kind: string}} props */
export function Turned({ kind }) {
  return html`<div class="hello"><${Mark} kind=${kind} turned=${true} />
    <span class="done"><${Icon} name="tick" /></span></div>`;
}

/** A large sign above the heading: such as how something ended. @param {{icon: string, kind?: string}} props */
export function Result({ icon, kind = "" }) {
  return html`<div class="hello"><span class=${"result " + kind}><${Icon} name=${icon} /></span></div>`;
}

/** A title whose hyphened words don't break. @param {string} title */
const whole = (title) =>
  title.split(/(\w+-\w+)/).map((part, i) => (i % 2 ? html`<span class="keep">${part}</span>` : part));

/** Always in the page, so that its words are read out when they come. @param {{k: string}} props */
function Offline({ k }) {
  return html`<p role="status" class=${k ? "strip" : "sr"}>${k && html`<${Icon} name="globe" /><${T} k=${k} />`}</p>`;
}

/**
 * A sentence with its icon, in a box.
 * @param {{kind?: string, icon?: string, say?: Say, role?: string, children?: any}} props
 */
export function Banner({ kind = "info", icon = "info", say, role, children }) {
  return html`<div class=${"banner " + kind} role=${role}><${Icon} name=${icon} />
    <div>${say && html`<${T} as="p" ...${say} />`}${children}</div></div>`;
}

/** Says that this window's key goes with it: before there is one, and at home. */
export function Private() {
  return useContext(Shell).passing && html`<${Banner} kind="warn" icon="warning" say=${{ k: "page.private" }} />`;
}

/**
 * What went wrong, read out at once, with the reference that the help desk can look up
 * and the page of the help that explains it.
 * @param {{problem: Fault | null | undefined, children?: any}} props
 * @typedef {{k: string, v?: Values, reference?: string | null, guide?: string}} Fault
 *   guide: empty is the start of the help, missing is none
 */
export function Trouble({ problem, children }) {
  if (!problem) return null;
  const { reference, guide, ...say } = problem;
  return html`<${Banner} kind="bad" icon="warning" role="alert" say=${say}>
    <${Reference} reference=${reference} />${children}
    ${(reference || guide !== undefined) && html`<p><${Guide} slug=${guide} /></p>`}<//>`;
}

/** What the help desk can look up, in two groups of four. @param {{reference: string | null | undefined}} props */
export function Reference({ reference }) {
  const { copy } = useContext(Shell);
  if (!reference) return null;
  const ref = reference.replace(/^(.{4})(.{4})$/, "$1-$2");
  return html`<p class="reference"><${T} class="ref" k="page.ref" v=${{ ref }} />
    <${Copy} k="page.copy" text=${ref} copy=${copy} kind="quiet small" /></p>`;
}

/**
 * A page of the help, in a window of its own, so that nothing here is lost. Its address is spelled out only by this.
 * @param {{slug?: string, k?: string, kind?: string}} props
 */
export function Guide({ slug = "", k = "page.help", kind = "link" }) {
  return html`<a class=${"btn " + kind} data-t=${k} data-guide=${slug} href=${`/help/${language()}/${slug}`}
    target="_blank" rel="noopener">${t(k)}</a>`;
}

/**
 * A sentence that says how things stand.
 * @param {{say: Say, dots?: boolean, icon?: string, kind?: string, counting?: boolean}} props
 *   counting: it changes each second, and isn't read out
 */
export function Status({ say, dots = false, icon = "info", kind = "", counting = false }) {
  return html`<p class=${"status " + kind} role=${counting ? undefined : "status"}>
    ${dots ? html`<span class="dots" aria-hidden="true"><i /><i /><i /></span>` : html`<${Icon} name=${icon} />`}
    <${T} ...${say} /></p>`;
}

/**
 * Said when something has been busy for long.
 * @param {{busy: boolean, after?: number, k?: string}} props  after: milliseconds
 */
export function Slow({ busy, after = 8000, k = "page.slow" }) {
  return useSlow(busy, after) ? html`<${Status} say=${{ k }} dots=${true} />` : null;
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
  return html`<${Button} k=${k} kind=${kind} icon=${done ? "tick" : "copy"} busyKey="page.copied" onPress=${press}
    busy=${done} />
    <span class="sr" role="status">${done && t("page.copied")}</span>`;
}
