// Shows one sample, or the list of them. <html data-shown="yes"> when it is drawn.

import { html, render } from "../vendor/preact.js";
import { speak } from "../lib/words.js";
import { Shell } from "../view/part.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const wanted = new URLSearchParams(location.search);
const theme = wanted.get("theme");
if (theme) document.documentElement.dataset.theme = theme;
document.documentElement.lang = await speak(wanted.get("lang") ?? "en");
const { SAMPLES } = await import("./samples.js"); // they speak it

function show() {
  const sample = SAMPLES[location.hash.slice(1)];
  const shell = { menu() {}, speak() {}, offline: wanted.has("offline") ? "page.offline" : "",
    passing: wanted.has("private"), copy: async () => true };
  const list = Object.keys(SAMPLES).map((name) => html`<li><a href=${"#" + name}>${name}</a></li>`);
  render(null, root);
  render(html`<${Shell.Provider} value=${shell}>${sample ? sample() : html`<ul>${list}</ul>`}<//>`, root);
  document.documentElement.dataset.shown = "yes";
}

addEventListener("hashchange", show);
show();
