// Keeps the app's files for use without a network, and turns a push into a
// notification. It never sees a question, a key or an answer.

// Made by package phoneapp: VERSION, FILES, REST, LATER, WORDS, LANGUAGE; this file's CSP lets it.
importScripts("shell.js");

const SHELL = "keyturn-shell-" + VERSION;
const ADDRESSES = new Set([...FILES, ...REST, ...LATER].map((file) => new URL(file, self.location).href));

self.addEventListener("install", (event) => {
  // No skipWaiting: a new version begins at the next start. The server has the
  // browser ask whether its own copies are still right, so these are the newest.
  event.waitUntil(install());
});

// At its first start the app is wanted soon and little of it: the rest is kept
// once the phone has an account. An update brings everything at once, or a screen
// would be missing without a network.
async function install() {
  const update = (await older()).length > 0;
  const words = "locale/" + system() + ".json";
  try {
    await add(update ? [...FILES, ...REST] : [...FILES, words]);
  } catch (problem) {
    // A network that is gone is tried again at the next start, and what there was before
    // is better than half of the new. Else, with too little room: notifications work.
    if (update || problem instanceof TypeError) throw problem;
  }
}

/** Keeps all of these files that aren't kept yet, or none. What is kept stays: it is right, and may be in use. */
async function add(files) {
  const cache = await caches.open(SHELL);
  const kept = await Promise.all(files.map((file) => cache.match(file)));
  const missing = files.filter((_, i) => !kept[i]);
  const answers = await Promise.all(missing.map(bring));
  try {
    await Promise.all(missing.map((file, i) => cache.put(file, answers[i])));
  } catch (problem) {
    await Promise.all(missing.map((file) => cache.delete(file)));
    throw problem;
  }
}

async function bring(file) {
  const answer = await fetch(file);
  if (!answer.ok || !(await own(answer))) throw new TypeError(file + " can't be had in this version");
  return answer;
}

// Nodes of a server may be replaced one by one, and each request may reach another: what is
// kept is of this version only, by what was sent with it, and in the page by what it bears.
async function own(answer) {
  const page = /^<!doctype html>\s*<html data-version="(\w+)"/i.exec(await answer.clone().text());
  return [answer.headers.get("Keyturn-App"), page?.[1]].every((version) => (version ?? VERSION) === VERSION);
}

/** The language of a phone that was set to none, as in lib/words.js. */
function system() {
  const base = (tag) => tag.split("-")[0].toLowerCase();
  const known = self.navigator.languages.map((tag) => Object.keys(WORDS).find((own) => base(own) === base(tag)));
  return known.find(Boolean) ?? LANGUAGE;
}

/** The shells of other versions. */
async function older() {
  const names = await caches.keys().catch(() => []);
  return names.filter((name) => name.startsWith("keyturn-shell-") && name !== SHELL);
}

self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(add(REST).catch(() => {})); // the next start asks again
  if (event.data === "take") event.waitUntil(self.skipWaiting()); // lib/worker.js knows that no window is open
  if (event.data === "version") event.ports[0].postMessage(VERSION);
});

self.addEventListener("activate", (event) => event.waitUntil(begin()));

async function begin() {
  await Promise.all((await older()).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  // Only the app's own files, by name. Calls of the API go past.
  const address = event.request.url.split(/[?#]/)[0];
  if (event.request.method === "GET" && ADDRESSES.has(address)) event.respondWith(fromShell(event, address));
});

// The server's answer is passed on, whether or not there is room to keep it.
async function fromShell(event, address) {
  const kept = await caches.match(address, { cacheName: SHELL }).catch(() => undefined);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) event.waitUntil(keepOne(address, answer.clone())); // a screen or the scanner, at its first use
  return answer;
}

async function keepOne(address, answer) {
  const right = await own(answer).catch(() => false);
  const cache = right && (await caches.open(SHELL).catch(() => null));
  if (cache) await cache.put(address, answer).catch(() => {});
}

self.addEventListener("push", (event) => {
  // Always shown, even if the app is open: Safari ends a subscription whose
  // pushes stay invisible. What was pushed says the same, but is not looked at.
  event.waitUntil(soon(ring(event), 3000));
});

// The same words for every push, no button, and one tag: a repeat stands in the
// place of the one before. Attacks A03, A71.
async function ring(event) {
  const language = (await soon(chosen().catch(() => ""), 1000)) || system();
  const { title, body } = WORDS[language] ?? WORDS[LANGUAGE];
  // A browser that would show by itself what was pushed takes this in its place, if it says where a tap leads.
  const navigate = event.notification ? { navigate: self.registration.scope } : {};
  const shown = self.registration.showNotification(title, { body, lang: language, tag: "request", renotify: true,
    icon: "shared/icons/icon-192.png", ...navigate });
  await Promise.all([shown, tell("push")]);
}

async function chosen() {
  return (await caches.match("language", { cacheName: "keyturn-language" }))?.text();
}

// A worker that an iPhone has to stop, after 10 s, has its push lost and the next ones
// come minutes late; of one that ends without a notification it shows the push.
const soon = (promise, limit) => Promise.race([promise, new Promise((go) => setTimeout(go, limit))]);

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

async function open() {
  const all = await apps();
  const seen = all.find(({ visibilityState }) => visibilityState === "visible");
  const app = all.find(({ focused }) => focused) ?? seen ?? all[0];
  if (!app) return self.clients.openWindow("./");
  app.postMessage("tap");
  return app.focus().catch(() => self.clients.openWindow("./"));
}

// A browser that tells that it dropped the subscription has a new one at
// once. Only the app can tell the server: it has the keys.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const options = oldSubscription?.options;
  if (!newSubscription && options) await self.registration.pushManager.subscribe(options).catch(() => {});
  await tell("renew");
}

async function tell(what) {
  for (const app of await apps()) app.postMessage(what);
}

// Not the portal's windows, which are of the same origin.
async function apps() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return windows.filter(({ url }) => url.startsWith(self.registration.scope));
}
