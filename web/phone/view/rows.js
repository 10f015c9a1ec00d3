// What is asked, as names and values; a value that isn't known has no row.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";

/** @param {{rows: [string, string, string?][]}} props  key of the name, value, small print below */
export function Rows({ rows }) {
  return html`<dl class="rows">${rows.filter(([, value]) => value).map(([k, value, small]) => html`
    <div><dt data-t=${k}>${t(k)}</dt><dd>${soft(value)}${small && html`<small>${small}</small>`}</dd></div>`)}</dl>`;
}

/** An address or a name that is too long for its line breaks after a dot. @param {string} value */
const soft = (value) => value.split(/(?<=\w\.)(?=\w)/).flatMap((part, i) => (i ? [html`<wbr />`, part] : [part]));
