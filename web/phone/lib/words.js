// Words in the person's language. Reads the catalogues of folder locale.

/** Each in its own name. Package phoneapp writes all of them here. @type {Record<string, string>} */
export const LANGUAGES = {};
const FIRST = "en"; // and the server's first one

/** @type {Record<string, string | Record<string, string>>} */
let words = {};
let spoken = "en";
let plural = new Intl.PluralRules("en");

/**
 * The language for a person: the one that was set, else the first of the
 * system's that there is, else the server's first. All of Chinese is zh-Hans, if that is there.
 * @param {readonly string[]} wanted  such as navigator.languages
 * @param {string} [setting]  empty: as the system
 */
export function choose(wanted, setting = "") {
  const all = Object.keys(LANGUAGES);
  return [setting, ...wanted].map((tag) => all.find((own) => base(own) === base(tag))).find(Boolean) ?? FIRST;
}

/** What all kinds of a language have in common. @param {string} tag */
const base = (tag) => tag.split("-")[0].toLowerCase();

/** Whether the words of all screens are here, or only those of the first ones. */
let whole = false;

/**
 * Loads the words. If they can't be had, those of before stay.
 * @param {string} [setting]
 * @param {boolean} [all]  the words of all screens; false: the first ones' will do for now
 * @returns {Promise<string>} the language
 */
export async function speak(setting, all = true) {
  const language = choose(navigator.languages, setting);
  all ||= whole;
  const parts = await Promise.all([language, ...(all ? [language + ".more"] : [])].map(read));
  words = Object.assign({}, ...parts);
  whole = all;
  plural = new Intl.PluralRules(language);
  spoken = language;
  await tellWorker(language);
  return language;
}

/** Loads those of all screens, if they aren't here. */
export async function speakAll() {
  if (!whole) await speak(spoken);
}

/** @param {string} name */
async function read(name) {
  return (await fetch(new URL(`../locale/${name}.json`, import.meta.url))).json();
}

/** The language that is spoken. @returns {string} the language of the words, such as "zh-Hans" */
export function language() {
  return spoken;
}

/**
 * The sentence of a key with its values set in; "count" chooses the plural.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const found = words[key] ?? key;
  const sentence = typeof found === "string" ? found : found[plural.select(Number(values.count))] ?? found.other;
  return sentence.replace(/{{\.(\w+)}}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * A browser as the person would name it; what is signed is the same in all languages.
 * @param {string} name  such as "Firefox on Windows"
 */
export function browserName(name) {
  const [, browser, system] = /^(.+) on (.+)$/.exec(name) ?? [];
  return system ? t("page.browser", { browser, system }) : name;
}

/** The organisation's names. @type {{name: string, names: Record<string, string>}} spec §14 */
let called = { name: "", names: {} };

const LONGEST = 100; // characters of a name, as of what is signed

/**
 * A stranger's text, fit to be shown in one line. Twin of Clean in challenge.go; what isn't text is empty.
 * @param {unknown} text
 * @param {number} most  characters
 */
export function clean(text, most) {
  const line = typeof text === "string" ? text : "";
  const seen = line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").replace(/\p{Surrogate}/gu, "\ufffd");
  return [...seen].slice(0, most).join("");
}

/**
 * Takes the organisation's names. No signature covers them: whoever breaks TLS writes them.
 * @param {{name: string, names?: Record<string, string> | null}} info  names: not from an older server
 */
export function nameService({ name, names }) {
  const all = Object.entries(names ?? {}).map(([language, own]) => [language, clean(own, LONGEST)]);
  called = { name: clean(name, LONGEST), names: Object.fromEntries(all) };
}

/**
 * One of the organisation's names in the person's language; any other stays. Never for what is signed,
 * which is shown as it is: else these names, which nobody signs, would stand for an app's. Attack A14.
 * @param {string} name
 */
export function serviceName(name) {
  const shown = clean(name, LONGEST);
  const own = shown === called.name || Object.values(called.names).includes(shown);
  return own ? called.names[spoken] || called.name : shown;
}

/** Names as one text. @param {string[]} names */
export const list = (names) => names.slice(1).reduce((one, next) => t("page.list", { one, next }), names[0] ?? "");

/**
 * Leaves the language where the service worker, which has no window, finds it.
 * @param {string} language
 */
async function tellWorker(language) {
  try {
    const cache = await caches.open("keyturn-language");
    await cache.put("language", new Response(language));
  } catch {
    // Without a cache there is no worker to tell.
  }
}
