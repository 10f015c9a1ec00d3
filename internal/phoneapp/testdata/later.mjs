// Writes later.json: what browsers have learned since the oldest ones that spec/phone.md
// names, as {interface: [members]}; no members: all of it; _static: of the interface itself. From MDN's compatibility
// data:
//
//   npm install --no-save --prefix /tmp/mdn @mdn/browser-compat-data
//   node later.mjs /tmp/mdn/node_modules/@mdn/browser-compat-data/data.json > later.json

import { readFileSync } from "node:fs";

const OLDEST = { safari_ios: [15, 4], chrome_android: [95, 0], firefox_android: [100, 0] };
const data = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** @param {any} compat  whether one of the oldest lacks it */
const lacking = ({ support }) => Object.entries(OLDEST).some(([browser, oldest]) => {
  const since = [support[browser] ?? []].flat()
    .filter(({ version_added, flags, partial_implementation }) =>
      version_added && version_added !== "preview" && !flags && !partial_implementation)
    .map(({ version_added }) => String(version_added).replace("≤", "").split(".").map(Number));
  return !since.some(([major, minor = 0]) => major < oldest[0] || (major === oldest[0] && minor <= oldest[1]));
});

/**
 * The data doesn't say of the language's own ones which are of the class itself.
 * @param {string} name
 * @param {string} member
 */
const called = (name, member) =>
  (name in data.javascript.builtins && !(member in (globalThis[name]?.prototype ?? {})) ? member + "_static" : member);

const later = {};
for (const [name, one] of Object.entries({ ...data.api, ...data.javascript.builtins })
  .sort(([a], [b]) => (a < b ? -1 : 1))) {
  if (one.__compat && lacking(one.__compat)) {
    later[name] = [];
    continue;
  }
  const members = Object.entries(one)
    .filter(([member, { __compat }]) => __compat && member !== name && /^\w+$/.test(member) && !/_event$/.test(member)
      && lacking(__compat));
  if (members.length) later[name] = members.map(([member]) => called(name, member)).sort();
}
const lines = Object.entries(later).map(([name, members]) => `${JSON.stringify(name)}: ${JSON.stringify(members)}`);
process.stdout.write(`{\n${lines.join(",\n")}\n}\n`);
