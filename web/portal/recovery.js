// Saves the list: as a file, on paper, or in the clipboard.

const text = (id) => document.getElementById(id).textContent.trim();
const codes = [...document.querySelectorAll("#codes .code")].map((el) => el.textContent);
const list = codes.map((code, i) => `${i + 1}  ${code}`).join("\n");

function button(id, press) {
  const el = document.getElementById(id);
  el.hidden = false;
  el.addEventListener("click", () => press(el));
}

button("download", (el) => {
  const file = `${text("file-title")}\n${text("file-made")}\n\n${list}\n\n${text("file-notes")}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file], { type: "text/plain;charset=utf-8" }));
  link.download = el.dataset.name;
  link.click();
  URL.revokeObjectURL(link.href);
});

button("print", () => print());

if (navigator.clipboard) {
  button("copy", async (el) => {
    const label = el.querySelector("span"), before = label.textContent;
    await navigator.clipboard.writeText(list);
    label.textContent = el.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}
