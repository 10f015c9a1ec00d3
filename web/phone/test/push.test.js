// Being woken, against a pretend server and a pretend push service of the browser.

import { arrives } from "../flow/notify.js";
import { repair } from "../flow/push.js";
import { App } from "../flow/app.js";
import { endPush, pushState, registerPush, testPush } from "../lib/push.js";
import { language, speak } from "../lib/words.js";
import { equal, refuses, test } from "./check.js";
import { activated, fixture, open } from "./fixture.js";

/** A browser's push service: what it was asked for, and what it has now. */
class Service {
  made = 0;
  host = "https://push.example";
  /** @type {any} */
  current = null;

  getSubscription = async () => this.current;

  subscribe = async (/** @type {any} */ options) => {
    if (this.broken) throw new DOMException("Registration failed", "AbortError");
    equal(options.userVisibleOnly, true);
    this.current ??= this.make(`${this.host}/${++this.made}`, options.applicationServerKey);
    return this.current;
  };

  make = (/** @type {string} */ endpoint, /** @type {Uint8Array<ArrayBuffer>} */ key) => ({
    options: { applicationServerKey: key.slice().buffer },
    toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }),
    unsubscribe: async () => Boolean((this.current = null)) || true,
  });
}

/** @param {object} where @param {string} name @param {any} value */
const replace = (where, name, value) => Object.defineProperty(where, name, { configurable: true, value });

/** Timers of so many milliseconds are over at once. @param {number} limit @returns {any} */
function overAt(limit) {
  const { setTimeout } = globalThis;
  return (/** @type {any} */ act, /** @type {number} */ after, /** @type {any[]} */ ...rest) =>
    setTimeout(act, after === limit ? 0 : after, ...rest);
}

/** A phone with two accounts in a browser that allows notifications, or doesn't. */
async function begin(permission = "granted") {
  const service = new Service();
  const asked = { times: 0 };
  const worker = { pushManager: service };
  replace(navigator, "serviceWorker",
    Object.assign(new EventTarget(), { ready: Promise.resolve(worker), getRegistration: async () => worker }));
  replace(globalThis, "Notification", { permission, requestPermission: async () => (asked.times++, permission) });
  const made = await fixture("ada", "mei");
  const devices = [await activated(made.phone, made.server, "0"), await activated(made.phone, made.server, "1")];
  return { ...made, service, asked, devices: devices.map((id) => made.server.devices.get(id)) };
}

const OTHER = "BLx1ZQk4Q-eGaWvqGU4OGgfmxVEYgXKqMWmpGsv2_k3yVCYCJ1MGKKAG5lfCMBkpTHqHPVx3QzV3Yyr8rR6G6dI";

export default async function () {
  const { Notification } = globalThis;
  await test("push/every account of the phone is registered, and nobody is asked", async () => {
    const { phone, devices, asked } = await begin();
    equal([await pushState(phone), await registerPush(phone), await pushState(phone)], ["off", true, "on"]);
    equal(devices.map(({ push }) => push), Array(2)
      .fill({ endpoint: "https://push.example/1", p256dh: "p", auth: "a", lang: language() }));
    equal([phone.accounts().map(({ push }) => push), asked.times], [["ok", "ok"], 0]);
  });

  await test("push/A73 every start tells the server again", async () => {
    const { phone, server, storage, service, devices } = await begin();
    await registerPush(phone);
    devices.forEach((device) => (device.push = null)); // the server has lost them
    await registerPush(await open(server, storage));
    equal([devices.map(({ push }) => push.endpoint), service.made], [Array(2).fill("https://push.example/1"), 1]);
  });

  await test("push/who speaks another language from now on is told so by pushes too", async () => {
    const { phone, devices } = await begin();
    await speak("en");
    await registerPush(phone);
    const app = new App(phone, () => {});
    for (const wanted of ["zh-Hans", "en"]) {
      await app.set({ language: wanted });
      while (devices.some(({ push }) => push.lang !== wanted)) await new Promise((go) => setTimeout(go, 5));
    }
    equal(devices[0].push.endpoint, "https://push.example/1");
  });

  await test("push/A73 a subscription that the browser dropped is made anew", async () => {
    const { phone, service, devices } = await begin();
    await registerPush(phone);
    service.current = null;
    await registerPush(phone);
    equal(devices[0].push.endpoint, "https://push.example/2");
  });

  await test("push/A73 one that the push service has ended is not used again", async () => {
    const { phone, devices } = await begin();
    await registerPush(phone);
    await registerPush(phone, { fresh: true });
    equal(devices[1].push.endpoint, "https://push.example/2");
  });

  await test("push/a server with another key gets another subscription", async () => {
    const { phone, server, storage, devices } = await begin();
    await registerPush(phone);
    server.vapid = OTHER;
    await registerPush(await open(server, storage));
    equal(devices[0].push.endpoint, "https://push.example/2");
  });

  await test("push/what is off in the portal stays off at a start, and is on when the person means it", async () => {
    const { phone, devices } = await begin();
    devices.forEach((device) => (device.pushOff = true));
    await registerPush(phone);
    equal(phone.accounts().map(({ push }) => push), ["off", "off"]);
    await registerPush(phone, { meant: true });
    equal(phone.accounts().map(({ push }) => push), ["ok", "ok"]);
  });

  await test("push/off means off, here and at the server", async () => {
    const { phone, service, devices } = await begin();
    await registerPush(phone);
    await endPush(phone);
    equal([devices.map(({ push }) => push), service.current, await pushState(phone)], [[null, null], null, "off"]);
    await refuses(() => testPush(phone), "push_refused");
  });

  await test("push/A73 the app's start repairs, unless the person has turned them off", async () => {
    const { phone, server, devices } = await begin();
    const settings = { push: "off" };
    const set = async (/** @type {object} */ change) => Object.assign(settings, change);
    const app = /** @type {any} */ ({ phone, settings, draw() {}, set });
    await repair(app);
    equal(server.count("/push"), 0, "calls while off");
    app.settings.push = "";
    await repair(app);
    phone.changed(phone.callers()[0], { push: "lost" });
    await repair(app);
    equal(devices[0].push.endpoint, "https://push.example/2", "after it was lost");
    app.settings.push = "ending"; // turned off without a network
    await repair(app);
    equal([app.settings.push, devices[0].push], ["off", null]);
  });

  await test("push/a test has come when the worker says so, and is lost after ten seconds", async () => {
    const { phone, server } = await begin();
    await registerPush(phone);
    const app = /** @type {any} */ ({ phone });
    const told = new MessageEvent("message", { data: "push" });
    equal(await arrives(app, () => navigator.serviceWorker.dispatchEvent(told)), "came");
    const { setTimeout } = globalThis;
    globalThis.setTimeout = overAt(10_000);
    equal(await arrives(app), "lost");
    globalThis.setTimeout = setTimeout;
    server.taken = false;
    equal(await arrives(app), "unsent");
  });

  await test("push/what has none says so", async () => {
    const { phone, server, storage } = await begin("denied");
    equal(await pushState(phone), "denied");
    replace(globalThis, "Notification", { permission: "default" });
    equal(await pushState(phone), "ask");
    server.vapid = "";
    equal(await pushState(await open(server, storage)), "none", "a server without notifications");
    const { PushManager } = globalThis;
    delete (/** @type {any} */ (globalThis).PushManager);
    equal(await pushState(phone), "none", "a browser without push");
    replace(globalThis, "PushManager", PushManager);
  });

  await test("push/no push service answers", async () => {
    const { phone, service, server } = await begin();
    service.broken = true;
    equal([await registerPush(phone), server.count("/push")], [false, 0]);
  });

  await test("push/without a worker it is known after a while", async () => {
    const { phone, server } = await begin();
    replace(navigator, "serviceWorker",
      Object.assign(new EventTarget(), { ready: new Promise(() => {}), getRegistration: async () => undefined }));
    const { setTimeout } = globalThis;
    globalThis.setTimeout = overAt(15_000);
    equal([await registerPush(phone), server.count("/push")], [false, 0]);
    globalThis.setTimeout = setTimeout;
  });

  await test("push/a service that the server doesn't take is a problem, one account that it doesn't take isn't", async () => {
    const { phone, service, devices } = await begin();
    service.host = "https://refused.example";
    await refuses(() => registerPush(phone), "push_refused");
    service.host = "https://push.example";
    devices[0].state = "removed";
    equal([await registerPush(phone, { fresh: true }), devices[1].push.endpoint], [true, "https://push.example/2"]);
  });

  replace(globalThis, "Notification", Notification);
  delete (/** @type {any} */ (navigator).serviceWorker); // the browser's own is back
}
