// P3 and P5: a code that is typed, and the PIN that is chosen for it.

import { speak } from "../lib/words.js";
import { equal, test } from "./check.js";
import { CODE, PIN, fixture } from "./fixture.js";
import { end, find, play, pretending, sees, tap, type } from "./stage.js";

const RECOVERY = "8ZD3CQ7N-PA5VTE1W";

/** One code in all the forms that people give it. */
const FORMS = ["0qtc13462cxd2phn", "0QTC 1346 2CXD 2PHN", " 0qtc-1346–2cxd—2phn ", "oQTCI3462CXD2PHN", "0QTCl346-2CXD-2PHN", "０ＱＴＣ－１３４６　２ｃｘｄ２ｐｈｎ", `${location.origin}/p/#${CODE}`];

/** Slips, and what is said of them. @type {[string, string][]} */
const SLIPS = [["0QTC13462CXD2PHM", "type.typo"], ["0QTC1346", "type.short"], ["", "type.short"], ["0QTC13462CXD2PHNA", "type.short"], ["UQTC13462CXD2PHN", "type.letterU"],
  [RECOVERY, "type.recovery"], ["https://id.other.example/p/#" + CODE, "type.other"]];

/** The field for a code, on a phone without an account. */
async function field() {
  const made = await fixture();
  made.server.codes.set(CODE, { name: "mei" });
  const app = play(made.phone);
  app.draw();
  await tap("first.type");
  await sees("#code");
  return { ...made, app };
}

const typed = () => /** @type {HTMLInputElement} */ (find("#code")).value;

export default async function () {
  await speak("en");

  for (const form of FORMS) {
    await test(`enter/${form} is the code`, async () => {
      const { server, app } = await field();
      await type("#code", form);
      await tap("type.go");
      await sees("confirm.go");
      equal(server.sent.filter(({ path }) => path.endsWith("/look")).map(({ body }) => body.code), [CODE]);
      equal(app.nav.top.name, "Confirm");
      end();
    });
  }

  for (const [slip, key] of SLIPS) {
    await test(`enter/${slip || "nothing"} is refused without a call, stays in the field, and the right code follows`, async () => {
      const { server } = await field();
      await type("#code", slip);
      await tap("type.go");
      await sees(key);
      equal(typed().replace(/-/g, ""), slip.replace(/-/g, ""));
      equal(server.sent, [], "calls");
      await type("#code", CODE);
      await tap("type.go");
      await sees("confirm.go");
      end();
    });
  }

  await test("enter/dashes come with the last symbol and not before", async () => {
    await field();
    await type("#code", CODE.slice(0, 15));
    equal(typed(), CODE.slice(0, 15));
    await type("#code", CODE);
    equal([typed(), find("type.count")?.textContent], ["0QTC-1346-2CXD-2PHN", "16 of 16"]);
    end();
  });

  await test("enter/paste puts the code in, or says how where it may not", async () => {
    await field();
    await pretending(navigator, "clipboard", { readText: async () => ` ${CODE}\n` }, async () => {
      await tap("type.paste");
      await sees('#code[value="0QTC-1346-2CXD-2PHN"], #code');
      while (typed() !== "0QTC-1346-2CXD-2PHN") await new Promise((go) => setTimeout(go, 5));
    });
    await pretending(navigator, "clipboard", { readText: async () => Promise.reject(new DOMException("", "NotAllowedError")) }, async () => {
      await tap("type.paste");
      await sees("type.paste.no");
    });
    end();
  });

  await test("enter/what only the server knows is one sentence, with the reference and the page that explains it", async () => {
    const { server } = await field();
    server.codes.delete(CODE);
    await type("#code", CODE);
    await tap("type.go");
    await sees("error.activation_failed");
    equal([find(".ref").textContent, find("[role=alert] [data-guide]").getAttribute("href"), find("[role=alert] [data-guide]").getAttribute("target"), typed()],
      ["Ref 7K3M-9QXA", "/help/en/activation-errors", "_blank", "0QTC-1346-2CXD-2PHN"]);
    end();
  });

  await test("enter/how to choose a PIN opens beside what was typed", async () => {
    await chosen();
    await type("#pin", "7Kq");
    find("summary").click();
    await sees("details[open] [data-guide=pin]");
    find("summary").click();
    equal([/** @type {HTMLInputElement} */ (find("#pin")).value, find("details[open]")], ["7Kq", null]);
    end();
  });

  await test("enter/one switch of the keyboard is for both fields, and the first that is wrong is gone to", async () => {
    await chosen();
    const modes = () => ["#pin", "#pin-again"].map((id) => find(id)?.getAttribute("inputmode"));
    equal([modes(), document.querySelectorAll(".keys").length], [["numeric", "numeric"], 1]);
    await tap(".keys");
    await sees("#pin[inputmode=text]");
    equal(modes(), ["text", "text"]);
    await type("#pin", "1234");
    await tap("unlock.go");
    await sees("unlock.weak.row");
    equal(document.activeElement?.id, "pin");
    await type("#pin", PIN);
    await type("#pin-again", "7Kq3");
    await tap("unlock.go");
    await sees("unlock.differ");
    equal(document.activeElement?.id, "pin-again");
    end();
  });

  await test("enter/A87 while it isn't known whether it worked, no other unlock can be begun", async () => {
    const able = async () => true;
    await pretending(PublicKeyCredential, "isUserVerifyingPlatformAuthenticatorAvailable", able, async () => {
      const { server } = await chosen();
      await sees("unlock.other");
      server.lost = "/redeem";
      await type("#pin", PIN);
      await type("#pin-again", PIN);
      await tap("unlock.go");
      await sees("unlock.unsure");
      equal([find("unlock.other"), server.count("/redeem")], [null, 1]);
      await tap("page.check");
      await sees("code.title");
      equal(server.devices.size, 1);
      end();
    });
  });

  await test("enter/wrong digits on the computer are said on the phone", async () => {
    const { server, app } = await chosen();
    await type("#pin", PIN);
    await type("#pin-again", PIN);
    await tap("unlock.go");
    await sees("code.title");
    const [device] = server.devices.values();
    equal(find("code.err"), null);
    device.activation.left = 2;
    const { activation } = app.nav.top.props;
    await activation.look();
    app.draw();
    equal((await sees("code.err")).textContent, "Those digits didn't match. 2 tries left on the computer.");
    server.check(device.id, activation.check);
    await sees("notify.title, [data-screen=active], [data-screen=notify]");
    end();
  });
}

/** A phone at the choice of its PIN. */
async function chosen() {
  const made = await field();
  await type("#code", CODE);
  await tap("type.go");
  await tap("confirm.go");
  await sees("#pin-again");
  return made;
}
