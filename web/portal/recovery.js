// Puts the list on paper or in the clipboard. As a file the server sends it back.

import { confirm, element } from "../page/element.js";

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

button("print", () => print());

if (navigator.clipboard) {
  button("copy", async (el) => {
    await navigator.clipboard.writeText(list);
    confirm(el);
  });
}
