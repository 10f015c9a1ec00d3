// Which sentence a notice has. The server and keyturn-phone run the same table.

import { sentence } from "../flow/notices.js";
import { language, speak } from "../lib/words.js";
import { equal, test } from "./check.js";

export default async function () {
  const spoken = language();
  for (const language of ["en", "zh-Hans"]) {
    await speak(language);
    for (const { name, kind, detail = "", from = "", place = "", key } of await (await fetch("notices.json")).json()) {
      await test(`notices/${name} in ${language}`, () => equal(sentence({ kind, detail, from, place, time: 1893456000 }).k, key));
    }
  }
  await speak(spoken);
}
