// Runs the test modules that the address names (?only=keys,words), or all of
// them, and leaves the outcome in window.results.

import { results } from "./check.js";

const ALL = ["lines", "codes", "calls", "challenges", "answers", "activation", "pins", "offline", "keys", "words",
  "storage", "setup", "pinchange", "secrets", "requests", "leave", "push", "notices", "views", "nav", "land", "enter",
  "home"];

const only = new URLSearchParams(location.search).get("only");
for (const name of only?.split(",") ?? ALL) {
  try {
    const { default: run } = await import(`./${name}.test.js`);
    await run();
  } catch (error) {
    results.failed.push(`${name}: ${error.stack ?? error}`);
  }
}

document.querySelector("#sum").textContent = `${results.passed} passed, ${results.failed.length} failed`;
document.querySelector("#failed").textContent = results.failed.join("\n\n");
window.results = results;
