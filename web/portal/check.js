// Makes typing the check code pleasant, and says when there is nothing left to
// type it for.

import { button, data, element } from "../page/element.js";
import { clock, countdown } from "../door/countdown.js";
import { follow } from "../door/follow.js";

const box = element("check", HTMLElement), left = element("left", HTMLElement);
const set = countdown({ from: 60, text: (n) => data(left, "text").replace("0:00", clock(n)) });
set(Number(data(box, "left")));

const field = element("code", HTMLInputElement);
const group = () => {
  const digits = field.value.normalize("NFKC").replace(/[\s-]/g, "");
  if (/^\d{6}$/.test(digits)) field.value = `${digits.slice(0, 3)} ${digits.slice(3)}`;
};
field.addEventListener("blur", group); // not while typing
group();

const none = element("none", HTMLDetailsElement), back = button(element("back", HTMLElement));
back.addEventListener("click", () => {
  none.open = false;
  field.focus();
});

const show = () => location.assign("/phones/activation"); // also from the answer to a form
follow("/phones/activation/events", (event) => {
  if (event.page === "check") {
    set(event.left);
    return true;
  }
  show();
  return false;
}, (status) => { if (status !== 0) show(); });
