// Has Lighthouse load pages, and says what it finds there.
//
//   node lighthouse.mjs FOLDER PORT
//
// FOLDER has Lighthouse installed; a Chromium is driven at PORT. Standard input is a list of
// pages, standard output has a result for each, in this order.

import { createRequire } from "node:module";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/**
 * @typedef {object} Page
 * @property {string} url
 * @property {"computer" | "android" | "iphone" | "installed"} on  installed: from the home screen of an iPhone
 * @property {{Name: string, Value: string}[] | null} cookies
 * @property {string} shows  an element by which the page is known
 *
 * @typedef {object} Result
 * @property {Record<string, number | null>} scores  of 100, by category; null: not scored
 * @property {string[]} found  what costs any of them, and what makes them worth nothing
 */

const [folder, port] = process.argv.slice(2);
/** @param {string} name  of a package */
const installed = async (name) =>
  (await import(pathToFileURL(createRequire(join(folder, "/")).resolve(name)).href)).default;
const [lighthouse, puppeteer] = [await installed("lighthouse"), await installed("puppeteer-core")];

const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const iphone = { emulatedUserAgent: safari,
  screenEmulation: { mobile: true, width: 390, height: 844, deviceScaleFactor: 3, disabled: false } };
const devices = {
  computer: { formFactor: "desktop", emulatedUserAgent: false,
    screenEmulation: { mobile: false, width: 1280, height: 800, deviceScaleFactor: 1, disabled: false } },
  android: {}, // as Lighthouse has it
  iphone,
  installed: iphone,
};

// Nothing is slowed down, because nothing is timed; a page is looked at once its network has been
// quiet for half a second. Each page has a browser context of its own: there is nothing to reset.
const settings = { logLevel: "silent", onlyCategories: ["accessibility", "best-practices"],
  disableFullPageScreenshot: true,
  disableStorageReset: true, pauseAfterFcpMs: 100, pauseAfterLoadMs: 100, networkQuietThresholdMs: 500,
  cpuQuietThresholdMs: 0 };

/** @param {Page} page @returns {Promise<Result>} */
async function load({ url, on, cookies, shows }) {
  const context = await browser.createBrowserContext();
  await context.setCookie(...(cookies ?? []).map(({ Name, Value }) => ({ name: Name, value: Value, url })));
  const tab = await context.newPage();
  if (on === "installed") {
    await tab.evaluateOnNewDocument(`Object.defineProperty(navigator, "standalone", {get: () => true})`);
  }
  const { lhr } = await lighthouse(url, { ...settings, ...devices[on] }, undefined, tab);
  const found = findings(lhr);
  if (!await tab.$(shows)) found.push(`it is another page: ${shows} isn't there`);
  await context.close();
  const scores = Object.values(lhr.categories)
    .map(({ id, score }) => [id, score === null ? null : Math.round(score * 100)]);
  return { scores: Object.fromEntries(scores), found };
}

/**
 * Scores are rounded, and an audit that failed to run isn't in them: so each audit is asked.
 * @param {any} lhr
 * @returns {string[]}
 */
function findings({ runtimeError, runWarnings, categories, audits }) {
  if (runtimeError) return [runtimeError.message]; // each audit would say the same
  const found = [...runWarnings];
  for (const { id, auditRefs } of Object.values(categories))
    for (const audit of auditRefs.filter((ref) => ref.weight > 0).map((ref) => audits[ref.id]))
      if (audit.scoreDisplayMode === "error" || audit.score !== null && audit.score < 1) {
        const said = audit.errorMessage ?? JSON.stringify(audit.details?.items);
        found.push(`${id}, ${audit.id}: ${audit.title} ${said}`.slice(0, 1000));
      }
  return found;
}

const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}`, defaultViewport: null });
const results = [];
for (const page of await json(process.stdin)) results.push(await load(page));
await browser.disconnect();
process.stdout.write(JSON.stringify(results));
