// Follows the request and goes on by itself when the phone has approved.

import { follow } from "./follow.js";
import { countdown } from "./countdown.js";

const box = document.getElementById("wait"), say = document.getElementById("say");
const { request } = box.dataset, form = document.getElementById("go");
const number = document.getElementById("number");
sessionStorage.setItem("keyturn.waiting", request); // signin.js: going back from here ends it

if (number) { // two groups are easier to carry; the text stays six digits
  const digits = number.textContent;
  number.replaceChildren(...[digits.slice(0, 3), digits.slice(3)].map((group) => {
    const span = document.createElement("span");
    span.textContent = group;
    return span;
  }));
}

const left = document.getElementById("left"), more = document.getElementById("more");
const set = countdown({
  from: 30,
  text: (n) => n === 1 ? left.dataset.one : left.dataset.many.replace("88", n),
  shown: (last) => { more.hidden = !last; },
});
set(Number(box.dataset.left));

// How it ended. The address has the request's id: if the browser has a newer one
// by now, the page says that the person went on in another tab.
const showEnd = () => location.replace(`/sign-in/wait?request=${request}`);

// The tile turns into the turned key, then the browser goes on.
function goOn() {
  document.title = box.dataset.approved;
  const mark = document.querySelector(".bar .name svg").cloneNode(true);
  mark.setAttribute("class", "mark");
  box.querySelector(".tile").replaceChildren(mark);
  box.classList.add("approved");
  requestAnimationFrame(() => mark.classList.add("turned"));
  form.action = "/sign-in/redeem";
  setTimeout(() => form.submit(), 280);
}

function tell(event) {
  if (event.page === "wait") {
    if (say.textContent !== event.say) say.textContent = event.say;
    set(event.left);
    return true;
  }
  if (event.page === "approved") {
    say.textContent = event.say;
    set(0);
    goOn();
  } else {
    showEnd();
  }
  return false;
}

follow(`/sign-in/events?request=${request}`, tell, (status) => {
  if (status === 0) say.textContent = box.dataset.offline;
  else showEnd();
});
