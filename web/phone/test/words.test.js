import { browserName, choose, clean, nameService, serviceName, speak, t } from "../lib/words.js";
import { equal, test } from "./check.js";

export default async function () {
  for (const [wanted, setting, want] of [
    [["de", "zh-CN", "en"], "", "zh-Hans"], [["zh-TW"], "", "zh-Hans"], [["zh"], "", "zh-Hans"],
    [["en-GB", "zh"], "", "en"],
    [["fr", "de"], "", "en"], [[], "", "en"], [["zh-CN"], "en", "en"], [["en"], "zh-Hans", "zh-Hans"],
    [["en"], "tlh", "en"],
  ]) {
    await test(`words/${wanted} set to ${setting || "nothing"}`, () => equal(choose(wanted, setting), want));
  }
  for (const language of ["en", "zh-Hans"]) {
    await test(`words/${language}`, async () => {
      const said = Object.entries(await (await fetch(`../locale/${language}.json`)).json());
      const [key, sentence] = said.find(([, words]) => typeof words === "string" && !words.includes("{{"));
      const [counted, { other }] = said.find(([, words]) => words.other?.includes("{{.count}}"));
      equal(await speak(language), language);
      equal([t(key), t("no.such.key")], [sentence, "no.such.key"]);
      equal(t(counted, { count: 7 }), other.replaceAll("{{.count}}", "7").replace(/{{.\w+}}/g, ""), counted);
      equal([browserName("Firefox on Windows"), browserName("curl")],
        [language === "en" ? "Firefox on Windows" : "Windows 上的 Firefox", "curl"]);
      const own = language === "en" ? "Harbor Lane" : "港湾里";
      nameService({ name: "Harbor Lane", names: { "zh-Hans": "港湾里" } });
      equal(["Harbor Lane", "港湾里", "Pine Street"].map(serviceName), [own, own, "Pine Street"],
        "what is called otherwise keeps its name");
      for (const names of [undefined, null, {}]) { // an older server's
        nameService({ name: "Harbor Lane", names });
        equal(["Harbor Lane", "港湾里"].map(serviceName), ["Harbor Lane", "港湾里"]);
      }
      for (const [name, names] of [
        ["Harbor\u202e\u2028 L\x1bane", { [language]: "\u2066" + "x".repeat(300) + "\ud800" }], [7, [language]],
        ["H", "Harbor"], ["H", { [language]: { toString: 1 } }], ["H", { [language]: 7 }], [null, null],
      ]) {
        nameService(/** @type {any} */ ({ name, names })); // of whom nothing is known
        const shown = [serviceName("Harbor Lane"), serviceName("\u202eHarbor".repeat(50)),
          serviceName(/** @type {any} */ (name))];
        equal(shown.filter((one) => typeof one !== "string" || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u.test(one)
          || [...one].length > 100), [], JSON.stringify(names));
      }
      equal(["a\u202eb\nc", "\ud800", "𝒳".repeat(101), /** @type {any} */ (7)].map((one) => clean(one, 100)),
        ["abc", "\ufffd", "𝒳".repeat(100), ""]);
      equal(await (await caches.match("language", { cacheName: "keyturn-language" }))?.text(), language,
        "told to the worker");
    });
  }
}
