// Elements that a page has, as scripts need them.

/**
 * The element with an id. A page that lacks it is broken, which the console says.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} #${id}`);
  return found;
}

/**
 * A button that only a script can serve, in the place that a page keeps for it: its label is data-button,
 * for browsers without scripts and styles, such as w3m, show what is hidden.
 * @param {HTMLElement} place
 */
export function button(place) {
  const made = document.createElement("button"), label = document.createElement("span");
  for (const { name, value } of place.attributes) made.setAttribute(name, value);
  Object.assign(made, { type: "button", hidden: false });
  label.textContent = data(place, "button");
  made.append(...place.children, label);
  place.replaceWith(made);
  return made;
}

/**
 * Words or values that the page brings for its script, in data-NAME.
 * @param {HTMLElement} el
 * @param {string} name
 */
export const data = (el, name) => el.dataset[name] ?? "";

/**
 * Says for two seconds that something was done, in the words of data-copied, and says it
 * aloud.
 * @param {HTMLElement} button
 */
export function confirm(button) {
  const label = button.querySelector("span") ?? button, said = element("said", HTMLElement);
  if (said.textContent) return; // pressed again: it says so already
  const before = label.textContent;
  said.textContent = label.textContent = data(button, "copied");
  setTimeout(() => {
    label.textContent = before;
    said.textContent = "";
  }, 2000);
}
