// Puts the list on paper or in the clipboard. As a file the server sends it back.

import { button, confirm, element } from "../page/element.js";

const codes = [...document.querySelectorAll("#codes .code")].map((el) => el.textContent);
const list = codes.map((code, i) => `${i + 1}  ${code}`).join("\n");

button(element("print", HTMLElement)).addEventListener("click", () => print());

if (navigator.clipboard) {
  const copy = button(element("copy", HTMLElement));
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(list);
    confirm(copy);
  });
}
