// The service worker: what it keeps, and what it shows. The driver sends the push.

import { hear, startWorker } from "../lib/worker.js";
import { equal, test } from "./check.js";

export default async function () {
  const worker = await startWorker();
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
  await test("worker/it serves the app and nothing else", async () => {
    equal(new URL(worker.scope).pathname, "/p/");
    const [name] = (await caches.keys()).filter((name) => name.startsWith("keyturn-shell-"));
    const kept = (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
    const has = (path) => kept.includes("/p/" + path);
    equal(["", "lib/phone.js", "locale/en.json", "shared/tokens.css"].filter((path) => !has(path)), []);
    equal(kept.filter((path) => /\/test\/|\/v1\/|manifest|sw\.js/.test(path)), []);
  });
  await test("worker/it keeps the scanner once it was used", async () => {
    const [name] = (await caches.keys()).filter((name) => name.startsWith("keyturn-shell-"));
    const cache = await caches.open(name);
    const scanner = new URL("../vendor/qr/decode.js", location.href).href;
    equal(await cache.match(scanner), undefined);
    await fetch(scanner);
    while (!(await cache.match(scanner))) await new Promise((go) => setTimeout(go, 20)); // after it was passed on
  });
  await test("worker/no other address may become a script", () => {
    try {
      document.createElement("script").src = "https://evil.example/x.js";
    } catch {
      return;
    }
    throw new Error("an address was taken");
  });
  window.heard = [];
  hear((what) => window.heard.push(what));
}
