// What is asked, as names and values; a value that isn't known has no row.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";

/**
 * A list of names and values.
 * @param {{rows: [string, string, string?][]}} props  key of the name, value, small print below
 */
export function Rows({ rows }) {
  return html`<dl class="rows">${rows.filter(([, value]) => value).map(([k, value, small]) => html`
    <div><dt data-t=${k}>${t(k)}</dt><dd>${soft(value)}${small && html`<small>${small}</small>`}</dd></div>`)}</dl>`;
}

/** A long address breaks after a dot, where the screen is narrow. @param {string} value */
function soft(value) {
  if (value.length < 15) return value;
  const parts = value.replace(/(\w\.)(?=[a-z])/g, "$1\n").split("\n");
  return parts.flatMap((part, i) => (i ? [html`<wbr />`, part] : [part]));
}
