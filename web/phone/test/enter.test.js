// P3 and P5: a code that is typed, and the PIN that is chosen for it.

import { speak } from "../lib/words.js";
import { equal, test } from "./check.js";
import { CODE, PIN, fixture } from "./fixture.js";
import { end, find, play, pretending, sees, tap, type } from "./stage.js";

const RECOVERY = "8ZD3CQ7N-PA5VTE1W";

/** One code in all the forms that people give it. */
const FORMS = ["0qtc13462cxd2phn", "0QTC 1346 2CXD 2PHN", " 0qtc-1346–2cxd—2phn ", "oQTCI3462CXD2PHN",
  "0QTCl346-2CXD-2PHN", "０ＱＴＣ－１３４６　２ｃｘｄ２ｐｈｎ", `${location.origin}/p/#${CODE}`,
  // as it is pasted, with what stood around it
  "0QTC\u200b1346\u200e-2CXD-2PHN\u202c", "\u20680QTC-1346-2CXD-2PHN\u2069", "0QTC\u00ad13462CXD2PHN",
  "0QTC-1346-2CXD-2PHN.", "0QTC-1346-2CXD-2PHN。", "“0QTC-1346-2CXD-2PHN”", "「0QTC13462CXD2PHN」",
  "Code: 0QTC-1346-2CXD-2PHN", "Activation code 0QTC 1346 2CXD 2PHN", "激活码：0QTC-1346-2CXD-2PHN，十分钟内有效。",
  "Code #0QTC13462CXD2PHN", "0QTC.1346.2CXD.2PHN", `%23${CODE}`,
  `${location.origin}/p/%23${CODE}`, `“${location.origin}/p/#${CODE}”.`, `Open ${location.origin}/p/#${CODE}.`,
  `${location.origin}/p/#0QTC-1346-2CXD-2PHN。`, `<${location.origin}/p/#${CODE}>`];

/** Slips, and what is said of them. @type {[string, string][]} */
const SLIPS = [["0QTC13462CXD2PHM", "type.typo"], ["0QTC1346", "type.short"], ["", "type.short"],
  ["0QTC13462CXD2PHNA", "type.short"], ["UQTC13462CXD2PHN", "type.letterU"],
  [RECOVERY, "type.recovery"], ["https://id.other.example/p/#" + CODE, "type.other"],
  ["Open https://id.other.example/p/#" + CODE + " now", "type.other"],
  ["https://id.other.example/0QTC-1346-2CXD-2PHN", "type.other"],
  ["https://id.other.example/p/%23" + CODE, "type.other"]];

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

const drawn = () => new Promise((go) => setTimeout(go));

/**
 * What stands in a field after a keyboard has put there what is still being composed.
 * @param {HTMLInputElement} input
 * @param {string} text
 */
async function composes(input, text) {
  input.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
  input.value = text;
  input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true, data: text }));
  await drawn();
  return input.value;
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
    await test(`enter/${slip || "nothing"} is refused without a call, stays in the field, and the right code follows`,
      async () => {
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

  for (const [what, keys, kept] of [
    ["the 16th symbol of a code", ["0QTC13462CXD2PH", "0QTC13462CXD2PHn", "0QTC13462CXD2PHN"], "0QTC-1346-2CXD-2PHN"],
    ["a code in full width", ["０ＱＴＣ", "０ＱＴＣ１"], "０ＱＴＣ１"],
  ]) {
    await test(`enter/while it is being composed ${what} is left alone`, async () => {
      await field();
      const input = /** @type {HTMLInputElement} */ (find("#code"));
      for (const text of keys) equal(await composes(input, text), text);
      input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: keys.at(-1) }));
      await drawn();
      equal(input.value, kept);
      end();
    });
  }

  await test("enter/while they are being composed digits are left alone, and are digits afterwards", async () => {
    const { html, render } = await import("../vendor/preact.js");
    const { DigitField } = await import("../view/field.js");
    const at = document.body.appendChild(document.createElement("div"));
    let told = "";
    const draw = () => render(html`<${DigitField} id="digits" k="request.number" value=${told}
      onValue=${(value) => draw((told = value))} />`, at);
    draw();
    const input = at.querySelector("input");
    input.focus();
    for (const text of ["１", "１２", "１２３"]) equal(await composes(input, text), text);
    equal(told, "123");
    input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "１２３" }));
    await drawn();
    equal([input.value, told], ["123", "123"]);
    render(null, at);
    at.remove();
  });

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
    await pretending(navigator, "clipboard",
      { readText: async () => Promise.reject(new DOMException("", "NotAllowedError")) }, async () => {
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
    equal([find(".ref").textContent, find("[role=alert] [data-guide]").getAttribute("href"),
      find("[role=alert] [data-guide]").getAttribute("target"), typed()],
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
