// Follows the set-up. The QR code is never drawn again: one that flickers can't
// be scanned.

import { button, data, element } from "../page/element.js";
import { clock, countdown } from "../door/countdown.js";
import { follow } from "../door/follow.js";

const box = element("setup", HTMLElement), say = element("say", HTMLElement), left = element("left", HTMLElement);
const set = countdown({ from: 60, text: (n) => data(left, "text").replace("0:00", clock(n)) });
set(box.dataset.state === "waiting" ? Number(data(box, "left")) : 0);

let leaving = false; // a button was pressed: where it leads is shown, not how the set-up ended
for (const one of box.querySelectorAll("form")) one.addEventListener("submit", () => { leaving = true; });

follow("/phones/activation/events", (event) => {
  if (leaving) return false;
  if (event.page !== "setup") {
    location.reload();
    return false;
  }
  if (event.say && say.textContent !== event.say) say.textContent = event.say;
  box.dataset.state = event.state; // once a phone has used the code, it fades
  set(event.state === "waiting" ? event.left : 0);
  return true;
}, (status) => {
  if (status === 0) say.textContent = data(box, "offline");
  else location.reload();
});

const qr = document.getElementById("activation-qr"), drawing = qr?.querySelector("svg");
if (qr && drawing) {
  const large = element("large", HTMLDialogElement), enlarge = button(element("enlarge", HTMLElement));
  const open = () => {
    const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
    const modules = drawing.viewBox.baseVal.width;
    const side = Math.floor(Math.min(480, innerWidth - 48) / modules) * modules;
    copy.setAttribute("width", String(side));
    copy.setAttribute("height", String(side));
    large.replaceChildren(copy);
    large.showModal();
  };
  enlarge.addEventListener("click", open);
  qr.addEventListener("click", open);
  large.addEventListener("click", () => large.close());
}
