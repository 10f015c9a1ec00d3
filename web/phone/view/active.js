// P7: this phone approves sign-ins now.

import { html } from "../vendor/preact.js";
import { t } from "../lib/words.js";
import { Button, Icon, Screen, T, Turned } from "./part.js";

/**
 * P7.
 * @param {{account: string, service: string, unlock: "pin" | "platform", push: "on" | "off", many: number,
 *   first: boolean, until: string, replaced?: string, onDone: () => void}} props
 *   many: accounts on this phone; first: the account's first phone; until: of the first 24 hours; replaced: name of the
 *   older phone
 */
export function Active({ account, service, unlock, push, many, first, until, replaced, onDone }) {
  const how = t("active.unlock." + unlock);
  const acts = html`<${Button} k="active.done" kind="main wide" onPress=${onDone} />`;
  return html`<${Screen} name="active" k="active.title" mark=${html`<${Turned} kind="huge" />`} acts=${acts}
    class="middle" say=${t("active.title")}>
    <p class="lead center">${service} · <b>${account}</b></p>
    <ul class="facts card snug">
      <${Fact} icon="tick" kind="ok-ink" k="active.unlock" v=${{ how }} />
      <${Fact} icon=${push === "on" ? "tick" : "bell-off"} kind=${push === "on" ? "ok-ink" : ""}
        k=${"active.notif." + push} />
      ${first && html`<${Fact} icon="info" k="active.rec" />`}
      ${replaced && html`<${Fact} icon="move" k="active.replaced" v=${{ old: replaced }} />`}
      ${many > 1 && html`<${Fact} icon="phone" k="active.many" v=${{ count: many }} />`}
      ${until && html`<${Fact} icon="clock" k="active.first24" v=${{ time: until }} />`}
    </ul>
  <//>`;
}

/** @param {{icon: string, kind?: string, k: string, v?: Record<string, string | number>}} props */
function Fact({ icon, kind = "", k, v }) {
  return html`<li><${Icon} name=${icon} kind=${kind} /><${T} k=${k} v=${v} /></li>`;
}
