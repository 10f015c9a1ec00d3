// The language switch keeps the step that is being read.

const back = /** @type {HTMLInputElement | null} */ (document.querySelector(".language [name=back]"));
const address = back?.value ?? "";

document.querySelector(".language")?.addEventListener("submit", () => {
  const steps = [...document.querySelectorAll(".steps > li, .guide h3[id], .guide h2[id]")];
  const read = steps.filter((el) => el.getBoundingClientRect().top < innerHeight / 3).at(-1);
  if (back && read) back.value = address + "#" + read.id;
});

export {};
