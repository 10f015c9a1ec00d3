// P8: what is said at home once, and while the network is away.

import { html, render } from "../vendor/preact.js";
import { speak } from "../lib/words.js";
import { Answered } from "../view/answered.js";
import { equal, refuses, test } from "./check.js";
import { activated, fixture, open } from "./fixture.js";
import { end, find, play, pretending, sees, tap, type } from "./stage.js";

const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";

export default async function () {
  await speak("en");

  await test("home/offline it is said what still works: nothing before the first account, then challenge codes", async () => {
    const { server, phone } = await fixture("ada");
    await pretending(navigator, "onLine", false, async () => {
      play(phone).draw();
      await sees("first.net");
      await activated(phone, server, "0");
      server.offline = true;
      await phone.check();
      play(phone).draw();
      await sees("page.offline");
      end();
    });
  });

  await test("home/a phone that only says it is offline isn't, and a lost answer may have arrived", async () => {
    const { server, phone } = await fixture("ada");
    await pretending(navigator, "onLine", false, async () => {
      await activated(phone, server, "0");
      play(phone).draw();
      await sees("home.accounts");
      equal([find("page.offline"), find("first.net")], [null, null]);
      server.lost = "/device/remove";
      await refuses(() => phone.api.open("POST", "/v1/device/remove", {}), "unsure");
      end();
    });
  });

  await test("home/after three approvals in a browser, once, that the app can be installed", async () => {
    const { server, phone, storage } = await fixture("ada");
    await activated(phone, server, "0");
    await pretending(navigator, "userAgent", ANDROID, async () => {
      const seen = [];
      for (const [approved, own] of [[2, phone], [3, phone], [null, await open(server, storage)]]) {
        if (approved) await own.setSetting("approved", approved);
        const app = play(own);
        await app.recall();
        app.draw();
        await sees("home.accounts");
        // The other, if land.test.js has installed it.
        seen.push(find('[data-t="home.install"], [data-t="land.and.done"]') !== null);
        // It is noted.
        while (seen.length === 2 && (await own.setting("approved")) === 3) await new Promise((go) => setTimeout(go, 5));
      }
      equal(seen, [false, true, false]);
      end();
    });
  });

  await test("home/the organisation has its name of the person's language, in what was kept too, and without a network", async () => {
    const { server, phone, storage } = await fixture("ada", "ben");
    for (const code of ["0", "1"]) await activated(phone, server, code);
    const shown =
      async (/** @type {import("../lib/phone.js").Phone} */ own, /** @type {string} */ language, asked = true) => {
      await speak(language);
      const app = play(own);
      await app.recall();
      if (asked) app.named(await own.server());
      app.draw();
      await sees("home.accounts");
      const text = document.querySelector("main[data-screen=home]")?.textContent ?? "";
      const names = ["Harbor Lane", "港湾里"].filter((name) => text.includes(name));
      end();
      return names.join();
    };
    equal(await shown(phone, "zh-Hans"), "Harbor Lane", "an older server, which names no languages");
    server.names = { "zh-Hans": "港湾里" };
    for (const [language, want] of [["en", "Harbor Lane"], ["zh-Hans", "港湾里"]]) {
      const own = await open(server, storage); // activated before the server had the name
      await own.check();
      equal(await shown(own, language), want);
      equal(await shown(await open(server, storage), language, false), want, "kept");
    }
    await speak("en");
  });

  await test("home/A14 what a server calls itself stands nowhere for the app that is signed: card, request, unlock, history", async () => {
    const { server, phone, storage } = await fixture("ada");
    const device = await activated(phone, server, "0");
    Object.assign(server, { name: "Mail", names: { x: "Payroll", en: "Mail" } }); // who sits in between, TLS broken
    for (const [how, asked, browser] of [["asked", true, ""], ["kept", false, undefined]]) {
      const own = await open(server, storage);
      const { id } = server.ask(device, { app: "Payroll", browser });
      await own.check();
      const app = play(own);
      await app.recall();
      if (asked) app.named(await own.server());
      app.draw();
      const reads = async (/** @type {string} */ screen) => {
        // With what is spoken.
        const text = (await sees(`main[data-screen=${screen}]`)).parentElement?.textContent ?? "";
        equal([text.includes("Payroll"), text.includes("Mail")], [true, false], `${screen}, ${how}: ${text}`);
      };
      await reads("home");
      app.nav.go("Request", { id });
      await reads("request");
      await type("#number", "042317");
      await sees("main[data-screen=request]:not([data-guard])");
      await tap("request.approve");
      await reads("request-unlock");
      await own.deny(own.request(id));
      app.nav.home();
      await reads("home");
      end();
    }
  });

  await test("home/a mistaken approval: where it can be reported, and the screen stays", async () => {
    const root = document.createElement("div");
    document.body.append(root);
    let left = 0;
    render(html`<${Answered} outcome="approved" signIn=${true} onDone=${() => left++} />`, root);
    const press = async (/** @type {string} */ key, /** @type {string} */ then) => {
      while (!root.querySelector(`[data-t="${then}"]`)) {
        /** @type {HTMLElement} */ (root.querySelector(`[data-t="${key}"]`)).click();
        await new Promise((go) => setTimeout(go, 20));
      }
    };
    await press("request.deny.notme", "answered.mistake.body");
    equal([root.querySelector('[data-t="answered.mistake.go"]')?.getAttribute("href"), left], ["/", 0]);
    render(null, root);
  });
}
