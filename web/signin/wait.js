// Follows the request and goes on by itself when the phone has approved.

import { data, element } from "../page/element.js";
import { countdown } from "../door/countdown.js";
import { follow } from "../door/follow.js";

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

const screen = data(box, "screen"); // "wait", or a rung of the ladder below it: "qr", "offline"
const left = element("left", HTMLElement);
const more = document.getElementById("more"), longer = document.getElementById("longer");
const set = countdown({
  from: 30,
  text: (n) => n === 1 ? data(left, "one") : data(left, "many").replace("88", String(n)),
  shown: (last) => {
    if (more && screen !== "offline") more.hidden = !last; // whoever types codes may want it at any time
    if (longer) longer.hidden = last; // it was some time ago
  },
});
set(Number(data(box, "left")));

// "Send again" appears when it may be pressed.
const again = document.getElementById("again");
const sent = document.getElementById("sent"), soon = document.getElementById("soon");
if (again && sent?.dataset.again) {
  const at = Date.now() + Number(sent.dataset.again) * 1000;
  const tick = () => {
    const wait = Math.max(0, Math.ceil((at - Date.now()) / 1000));
    again.hidden = wait > 0;
    const words = wait === 1 ? "one" : "many";
    if (soon) soon.textContent = wait === 0 ? "" : data(soon, words).replace("88", String(wait));
    if (wait > 0) setTimeout(tick, 250);
  };
  tick();
}

// How it ended. The address has the request's id: if the browser has a newer one
// by now, the page says that the person went on in another tab.
const showEnd = () => location.replace(`/sign-in/${screen === "qr" ? "qr" : "wait"}?request=${request}`);

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
for (const one of box.querySelectorAll("form")) one.addEventListener("submit", () => { leaving = true; });

const response = document.getElementById("response");
if (response instanceof HTMLInputElement) {
  response.addEventListener("blur", () => { // not while typing
    const digits = response.value.normalize("NFKC").replace(/[\s-]/g, "");
    if (/^\d{8}$/.test(digits)) response.value = `${digits.slice(0, 4)} ${digits.slice(4)}`;
  });
}

if (box.dataset.over === undefined) follow(`/sign-in/events?request=${request}&way=${data(box, "way")}`, (event) => {
  // A newer code, from another tab.
  if (screen === "qr" && event.scan && String(event.scan) !== data(box, "scan")) showEnd();
  if (event.say && say.textContent !== event.say && screen !== "offline") say.textContent = event.say;
  box.toggleAttribute("data-read", event.read === true);
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
