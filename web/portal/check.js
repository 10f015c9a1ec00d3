// Makes typing the check code pleasant, and says when there is nothing left to
// type it for.

import { follow } from "./follow.js";
import { clock, countdown } from "./countdown.js";

const box = document.getElementById("check"), field = document.getElementById("code");
const left = document.getElementById("left");
const set = countdown({ from: 60, text: (n) => left.dataset.text.replace("0:00", clock(n)) });
set(Number(box.dataset.left));

const group = () => {
  const digits = field.value.normalize("NFKC").replace(/[\s-]/g, "");
  if (/^\d{6}$/.test(digits)) field.value = `${digits.slice(0, 3)} ${digits.slice(3)}`;
};
field.addEventListener("blur", group); // not while typing
group();

const none = document.getElementById("none"), back = document.getElementById("back");
back.hidden = false;
back.addEventListener("click", () => { none.open = false; field.focus(); });

follow("/phones/activation/events", (event) => {
  if (event.page === "check") {
    set(event.left);
    return true;
  }
  location.assign("/phones/activation"); // also from the answer to a form
  return false;
}, (status) => { if (status !== 0) location.assign("/phones/activation"); });
