// Shows the password, and ends the request of a page that the person left by
// going back.

import { button, data, element } from "../page/element.js";

const show = button(element("show", HTMLElement)), password = element("password", HTMLInputElement);
const labels = { password: show.textContent, text: data(show, "hide") };
show.addEventListener("click", () => {
  password.type = password.type === "password" ? "text" : "password";
  show.textContent = password.type === "text" ? labels.text : labels.password;
});

const request = data(element("signin", HTMLElement), "waiting");
const [arrival] = performance.getEntriesByType("navigation");
// Some browsers go back to a page in their memory, which page.js then loads again.
addEventListener("pageshow", (event) => { if (event.persisted) sessionStorage.setItem("keyturn.back", "yes"); });
const back = sessionStorage.getItem("keyturn.back") !== null ||
  arrival instanceof PerformanceNavigationTiming && arrival.type === "back_forward";
sessionStorage.removeItem("keyturn.back");
if (request && back && sessionStorage.getItem("keyturn.waiting") === request) {
  const body = new URLSearchParams({ request });
  fetch("/sign-in/cancel", { method: "POST", body, redirect: "manual", keepalive: true });
}
