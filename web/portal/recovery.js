// Saves the list: as a file, on paper, or in the clipboard.

import { confirm, data, element } from "../page/element.js";

/** @param {string} id */
const text = (id) => (element(id, HTMLElement).textContent ?? "").trim();
const codes = [...document.querySelectorAll("#codes .code")].map((el) => el.textContent);
const list = codes.map((code, i) => `${i + 1}  ${code}`).join("\n");

/**
 * @param {string} id
 * @param {(button: HTMLButtonElement) => void} press
 */
function button(id, press) {
  const el = element(id, HTMLButtonElement);
  el.hidden = false;
  el.addEventListener("click", () => press(el));
}

button("download", (el) => {
  const file = `${text("file-title")}\n${text("file-made")}\n\n${list}\n\n${text("file-notes")}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file], { type: "text/plain;charset=utf-8" }));
  link.download = data(el, "name");
  link.click();
  URL.revokeObjectURL(link.href);
});

button("print", () => print());

if (navigator.clipboard) {
  button("copy", async (el) => {
    await navigator.clipboard.writeText(list);
    confirm(el);
  });
}
