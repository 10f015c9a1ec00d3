// Follows the request and goes on by itself when the phone has approved.

import { data, element } from "../page/element.js";
import { countdown } from "./countdown.js";
import { follow } from "./follow.js";

const box = element("wait", HTMLElement), say = element("say", HTMLElement), form = element("go", HTMLFormElement);
const request = data(box, "request");
sessionStorage.setItem("keyturn.waiting", request); // signin.js: going back from here ends it

const number = document.getElementById("number");
if (number) { // two groups are easier to carry; the text stays six digits
  const digits = number.textContent ?? "";
  number.replaceChildren(...[digits.slice(0, 3), digits.slice(3)].map((group) => {
    const span = document.createElement("span");
    span.textContent = group;
    return span;
  }));
}

const left = element("left", HTMLElement), more = element("more", HTMLElement);
const set = countdown({
  from: 30,
  text: (n) => n === 1 ? data(left, "one") : data(left, "many").replace("88", String(n)),
  shown: (last) => { more.hidden = !last; },
});
set(Number(data(box, "left")));

// How it ended. The address has the request's id: if the browser has a newer one
// by now, the page says that the person went on in another tab.
const showEnd = () => location.replace(`/sign-in/wait?request=${request}`);

// The tile turns into the turned key, then the browser goes on.
function goOn() {
  document.title = data(box, "approved");
  const mark = document.querySelector(".bar .name svg")?.cloneNode(true);
  if (mark instanceof SVGElement) {
    mark.setAttribute("class", "mark");
    box.querySelector(".tile")?.replaceChildren(mark);
    requestAnimationFrame(() => mark.classList.add("turned"));
  }
  box.classList.add("approved");
  form.action = "/sign-in/redeem";
  setTimeout(() => form.submit(), 280);
}

let leaving = false; // a button was pressed: where it leads is shown, not how the request ended
form.addEventListener("submit", () => { leaving = true; });

follow(`/sign-in/events?request=${request}`, (event) => {
  if (event.say && say.textContent !== event.say) say.textContent = event.say;
  set(event.left);
  if (event.page === "wait") return true;
  if (leaving) return false;
  if (event.page === "approved") goOn();
  else showEnd();
  return false;
}, (status) => {
  if (status === 0) say.textContent = data(box, "offline");
  else showEnd();
});
