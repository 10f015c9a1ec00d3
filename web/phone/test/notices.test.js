// Which sentence a notice has. The server and keyturn-phone run the same table.

import { sentence } from "../flow/notices.js";
import { LANGUAGES, language, speak } from "../lib/words.js";
import { equal, test } from "./check.js";
import { activated, fixture, open } from "./fixture.js";

export default async function () {
  const spoken = language();
  for (const language of Object.keys(LANGUAGES)) {
    await speak(language);
    for (const { name, kind, detail = "", from = "", place = "", key } of await (await fetch("notices.json")).json()) {
      await test(`notices/${name} in ${language}`,
        () => equal(sentence({ kind, detail, from, place, time: 1893456000 }).k, key));
    }
  }
  await speak(spoken);

  await test("notices/A112 an account that has another name is called so from then on, the newest of two", async () => {
    const { server, phone, storage } = await fixture("ada");
    await activated(phone, server, "0");
    const kind = "account_renamed";
    server.notices = ["mei.lin", "mei.li"].map((detail, i) => ({ notice: 9 - i, kind, time: 1893456000 - i, detail }));
    await phone.check();
    equal([phone.accounts()[0].account.name, phone.inbox.notices[0].account.name], ["mei.lin", "mei.lin"]);
    equal((await open(server, storage)).accounts()[0].account.name, "mei.lin");
  });
}
