// P0: what a browser gets that isn't the phone app, and that no key is made there.

import { readFragment } from "../lib/code.js";
import { speak } from "../lib/words.js";
import { land } from "../flow/land.js";
import { BROWSERS, COMPUTERS, DISGUISED, INSIDE } from "./agents.js";
import { equal, test } from "./check.js";
import { CODE, activated, fixture, stored } from "./fixture.js";
import { end, find, play, pretending, sees, tap, type } from "./stage.js";

const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";
const OLD = SAFARI.replace("18_1", "16_3");
const CHROME = SAFARI.replace("Version/18.1", "CriOS/131.0");
const ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const SIGN_IN = "#q.req_ABCDEFGHIJKLMNOPQRSTUVWXYZ.AAAAAAAAAAAAAAAAAAAAAA";

/**
 * Somebody opens the app's address in a browser.
 * @param {string} agent
 * @param {string} fragment
 * @param {(app: import("../flow/app.js").App, made: Awaited<ReturnType<typeof fixture>>) => Promise<unknown>} body
 * @param {Awaited<ReturnType<typeof fixture>>} [made]
 */
async function opened(agent, fragment, body, made) {
  made ??= await fixture("ada");
  if (!made.server.codes.has(CODE)) made.server.codes.set(CODE, { name: "mei" });
  const own = made;
  await pretending(navigator, "userAgent", agent, async () => {
    const app = play(own.phone);
    await app.recall();
    await land(app, readFragment(fragment));
    await body(app, own);
    equal([own.server.count("/redeem"), await stored(own.phone)], [0, "[]"], "redeemed, keys");
  });
  end();
}

export default async function () {
  await speak("en");

  await test("land/P0a Safari on an iPhone shows the steps and the code, and makes no key", async () => {
    await opened(SAFARI, "#" + CODE, async (_, { server }) => {
      for (const key of ["land.ios.title", "land.ios.1", "land.ios.2", "land.ios.3", "land.ios.4", "land.copycode",
        "land.left"]) {
        await sees(key);
      }
      equal([find(".well").textContent, find("land.oldos"), server.count("/look")], ["0QTC-1346-2CXD-2PHN", null, 1]);
      equal([find("first.scan"), find("first.type"), find("land.and.skip")], [null, null, null], "ways around it");
    });
  });

  await test("land/P0a elsewhere on an iPhone Share is at the top, and an old system is told so without being stopped", async () => {
    await opened(CHROME, "", async () => void (await sees("land.ios.1.top")));
    await pretending(globalThis, "PushManager", undefined, async () => {
      delete globalThis.PushManager; // "in" doesn't find it either
      await opened(OLD, "#" + CODE, async () => {
        for (const key of ["land.oldos", "land.ios.1", "land.copycode"]) await sees(key);
      });
    });
  });

  for (const agent of INSIDE) {
    await test(`land/P0c the window of another app makes no key: ${agent.slice(agent.indexOf(")"))}`, async () => {
      await opened(agent, "#" + CODE, async (app) => {
        await sees("land.copylink");
        await app.set({ use: true }); // whatever was chosen before
        await land(app, null);
        equal([app.landing?.kind, find("land.and.skip"), find("first.scan")], ["app", null, null]);
      });
    });
  }

  for (const [agent, kind] of BROWSERS) {
    await test(`land/a browser of a phone is told how to install: ${agent}`, async () => {
      await opened(agent, "#" + CODE, async (app) => {
        await sees("land.copycode");
        equal(app.landing?.kind, kind);
      });
    });
  }

  for (const agent of DISGUISED) {
    await test(`land/a phone that asks for the pages of a computer is one: ${agent}`, async () => {
      await pretending(navigator, "maxTouchPoints", 5,
        () => pretending(globalThis, "matchMedia", () => ({ matches: false }), () =>
        opened(agent, "", async (app) => equal(app.landing?.kind, "android"))));
    });
  }

  for (const agent of COMPUTERS) {
    await test(`land/P0e a computer is told the address, and that it may be a phone: ${agent}`, async () => {
      await opened(agent, "", async (app) => {
        await sees("land.desk.body");
        await tap("land.desk.phone");
        await tap("land.and.skip");
        await sees("first.scan");
        equal(app.settings.use, true);
      });
    });
  }

  await test("land/P0b Android installs from the button, once, and says when it is done", async () => {
    await opened(ANDROID, "", async () => {
      await sees("land.and.manual");
      let asked = 0;
      dispatchEvent(Object.assign(new Event("beforeinstallprompt"), { prompt: async () => asked++ }));
      await tap("land.and.go");
      await sees("land.and.manual"); // it was closed
      equal(asked, 1);
      dispatchEvent(new Event("appinstalled"));
      await sees("land.and.done");
      equal(find("land.and.skip"), null);
    });
  });

  await test("land/P0d a sign-in's link leads to the app, and who hasn't got it to its installation", async () => {
    await opened(SAFARI, SIGN_IN, async () => {
      await sees("land.have");
      await tap("land.have.not");
      await sees("land.ios.1");
    });
  });

  await test("land/P0e a computer is told the address", async () => {
    await opened(WINDOWS, "", async () => {
      await sees("land.desk.body");
      await sees(".squares svg");
    });
  });

  await test("land/a code that can't be looked at is said to be so, without the cause, and installing is still explained", async () => {
    const made = await fixture();
    made.server.codes.set(CODE, undefined);
    await opened(SAFARI, "#" + CODE, async () => {
      await sees("land.dead");
      await sees("land.ios.1");
      equal(find("land.copycode"), null);
    }, made);
  });

  await test("land/the page loaded again still has the code", async () => {
    const made = await fixture();
    await opened(SAFARI, "#" + CODE, async () => void (await sees("land.copycode")), made);
    await opened(SAFARI, "", async () => void (await sees("land.copycode")), made);
  });

  for (const [what, name, want] of [["a private window of Firefox", "SecurityError", true],
    ["one that has no files just now", "UnknownError", false], ["any other window", "", false]]) {
    const where = want ? "said on every screen before a key is made, and at home," : "not said";
    await test(`land/in ${what} it is ${where} that the key goes with the window`, async () => {
      const files = async () => (name ? Promise.reject(new DOMException("", name)) : {});
      const says = async (/** @type {string} */ screen) =>
        (await sees(screen), want ? (await sees("page.private"), true) : find("page.private") !== null);
      await pretending(Object.getPrototypeOf(navigator.storage), "getDirectory", files, async () => {
        await opened(ANDROID, "#" + CODE, async () => equal(await says("[data-screen=land]"), want));
        const { server, phone } = await fixture("ada");
        server.codes.set(CODE, { name: "mei" });
        const app = play(phone);
        await app.recall();
        app.draw();
        equal(await says("first.scan"), want);
        app.nav.go("Confirm", { code: CODE });
        equal(await says("confirm.go"), want);
        app.nav.home();
        await activated(phone, server, "0");
        app.draw();
        equal(await says("home.accounts"), want);
        end();
      });
    });
  }

  await test("land/from the home screen an iPhone has the app itself", async () => {
    await pretending(navigator, "standalone", true,
      () => opened(SAFARI.replace(/ (Version|Safari).[\d.]+/g, ""), "#" + CODE, async (app) => {
      await sees("first.scan");
      equal(app.landing, null);
    }));
  });

  await test("land/a browser with a key of its own is the app", async () => {
    const { server, phone } = await fixture("ada");
    await activated(phone, server, "0");
    await pretending(navigator, "userAgent", ANDROID, async () => {
      const app = play(phone);
      await land(app, null);
      equal(app.landing, null);
    });
    end();
  });

  await test("land/A94 a code that was opened before is forgotten when its person says that it isn't theirs", async () => {
    const { app } = await remembering();
    await tap("first.continue");
    await tap("confirm.notme");
    await tap("page.done");
    await forgotten(app);
  });

  await test("land/A94 one that can't be looked at any more is forgotten", async () => {
    const { app, server } = await remembering();
    server.codes.delete(CODE);
    await tap("first.continue");
    await tap("page.done");
    await forgotten(app);
  });

  await test("land/A94 one whose time is over is forgotten", async () => {
    const { app } = await remembering(-1);
    await forgotten(app);
  });

  await test("land/A94 one is forgotten when the phone is reset", async () => {
    const { app } = await remembering();
    app.nav.go("Settings");
    await tap("settings.reset");
    await type("#reset-word", "RESET");
    await tap("settings.reset.go");
    await sees("settings.reset.done");
    await forgotten(app);
  });
}

/** The app of a phone whose browser has opened a code before. @param {number} [seconds]  for which it is good */
async function remembering(seconds = 60) {
  const { server, phone } = await fixture();
  server.codes.set(CODE, { name: "mei" });
  await phone.setSetting("opened", { code: CODE, ends: Date.now() + seconds * 1000 });
  const app = play(phone);
  await app.recall();
  app.draw();
  return { server, app };
}

/** @param {import("../flow/app.js").App} app */
async function forgotten(app) {
  await sees("first.scan");
  // Or the next app would hear of the way home.
  while (history.state.at > 0) await new Promise((go) => setTimeout(go, 5));
  equal([find("first.continue"), app.opened, (await app.phone?.setting("opened")) ?? null], [null, null, null]);
  end();
}
