// Follows the set-up. The QR code is never drawn again: one that flickers can't
// be scanned.

import { follow } from "./follow.js";
import { clock, countdown } from "./countdown.js";

const box = document.getElementById("setup"), say = document.getElementById("say");
const left = document.getElementById("left");
const set = countdown({ from: 60, text: (n) => left.dataset.text.replace("0:00", clock(n)) });
set(Number(box.dataset.left));

follow("/phones/activation/events", (event) => {
  if (event.page !== "setup") {
    location.reload();
    return false;
  }
  if (say.textContent !== event.say) say.textContent = event.say;
  box.dataset.state = event.state; // once a phone has used the code, it fades
  set(event.state === "waiting" ? event.left : 0);
  return true;
}, (status) => {
  if (status === 0) say.textContent = box.dataset.offline;
  else location.reload();
});

const qr = document.getElementById("activation-qr"), enlarge = document.getElementById("enlarge");
if (qr) {
  const large = document.getElementById("large");
  const open = () => {
    const drawing = qr.querySelector("svg").cloneNode(true);
    const modules = drawing.viewBox.baseVal.width, side = Math.floor(Math.min(480, innerWidth - 48) / modules) * modules;
    drawing.setAttribute("width", side);
    drawing.setAttribute("height", side);
    large.replaceChildren(drawing);
    large.showModal();
  };
  enlarge.hidden = false;
  enlarge.addEventListener("click", open);
  qr.addEventListener("click", open);
  large.addEventListener("click", () => large.close());
}
