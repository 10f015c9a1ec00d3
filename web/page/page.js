// What every page does when there is JavaScript: times by the person's own
// clock, Copy, and forms that can't be sent twice.

import { button, confirm, data, element } from "./element.js";

/** @type {Intl.DateTimeFormatOptions} */
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
/** @type {Intl.DateTimeFormatOptions} */
const day = { year: "numeric", month: "short", day: "numeric" };
/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const shapes = { time: clock, date: day, moment: { ...day, ...clock } };

for (const el of document.querySelectorAll("time")) {
  const shape = shapes[data(el, "form")];
  el.textContent = new Intl.DateTimeFormat(document.documentElement.lang, shape).format(new Date(el.dateTime));
}

const timed = document.querySelector("h1:has(time)");
if (timed) document.title = timed.textContent + document.title.slice(document.title.lastIndexOf(" · "));

// A code that is too long for its line breaks in its middle, never inside a group.
for (const code of document.querySelectorAll(".code")) {
  const groups = code.textContent?.match(/([^-]{4}-[^-]{4}|[^-]{8})(-|$)/g) ?? [];
  if (groups.length < 2) continue;
  code.replaceChildren(...groups.map((textContent) => Object.assign(document.createElement("span"), { textContent })));
}

// A button that copies is only there if it can: data-copy names what it copies.
for (const place of document.querySelectorAll("span")) {
  const from = data(place, "copy");
  if (!from || !navigator.clipboard) continue; // there is one only in a secure context
  const copy = button(place);
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(from)?.textContent ?? "");
    confirm(copy);
  });
}

// An answer that takes long may never come: the same form can be sent once more, and
// the server takes it as the same.
/** @param {HTMLFormElement} form @param {HTMLElement | null} pressed */
function slow(form, pressed) {
  const note = element("slow", HTMLElement), again = document.createElement("button");
  Object.assign(again, { type: "button", textContent: data(note, "again") });
  again.classList.add("btn", "small");
  note.replaceChildren(data(note, "text"), " ", again); // not in the page: browsers without styles would show it
  note.hidden = false;
  again.onclick = () => {
    note.hidden = true;
    delete form.dataset.sent;
    form.requestSubmit(pressed);
  };
}

// The first press counts.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if ("again" in form.dataset) return; // it answers with a file, and the page stays
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    if (event.submitter) {
      event.submitter.setAttribute("aria-disabled", "true");
      if (event.submitter.dataset.busy) event.submitter.textContent = event.submitter.dataset.busy;
    }
    setTimeout(() => slow(form, event.submitter), 8000);
  });
}

// A page that comes back from the browser's memory may be long over.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
