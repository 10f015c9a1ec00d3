// What every page does when there is JavaScript: times by the person's own
// clock, Copy, and forms that can't be sent twice.

const lang = document.documentElement.lang;
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = { year: "numeric", month: "short", day: "numeric" };
const shapes = { time: clock, date: day, moment: { ...day, ...clock } };

for (const el of document.querySelectorAll("time[data-form]")) {
  el.textContent = new Intl.DateTimeFormat(lang, shapes[el.dataset.form]).format(new Date(el.dateTime));
}

// A button that copies is only there if it can: data-copy names what it copies,
// data-copied is what it then says.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break; // only in a secure context
  button.hidden = false;
  const label = button.querySelector("span");
  const text = label.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = text; }, 2000);
  });
}

// The first press counts. A page that comes back from the browser's memory can
// be used again.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const button = event.submitter;
    button?.setAttribute("aria-disabled", "true");
    if (button?.dataset.busy) button.textContent = button.dataset.busy;
    setTimeout(() => form.querySelector("[data-slow]")?.removeAttribute("hidden"), 8000);
  });
}
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
