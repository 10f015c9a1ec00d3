import { browserName, choose, speak, t } from "../lib/words.js";
import { equal, test } from "./check.js";

export default async function () {
  for (const [wanted, setting, want] of [
    [["de", "zh-CN", "en"], "", "zh-Hans"], [["zh-TW"], "", "zh-Hans"], [["zh"], "", "zh-Hans"], [["en-GB", "zh"], "", "en"],
    [["fr", "de"], "", "en"], [[], "", "en"], [["zh-CN"], "en", "en"], [["en"], "zh-Hans", "zh-Hans"], [["en"], "tlh", "en"],
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
      equal([browserName("Firefox on Windows"), browserName("curl")], [language === "en" ? "Firefox on Windows" : "Windows 上的 Firefox", "curl"]);
      equal(await (await caches.match("language", { cacheName: "keyturn-language" }))?.text(), language, "told to the worker");
    });
  }
}
