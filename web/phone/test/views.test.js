// Every screen in every state, drawn with sample data: what holds for all of
// them, and the habits that protect a person in a hurry.

import { html, render, useEffect } from "../vendor/preact.js";
import { LANGUAGES, speak } from "../lib/words.js";
import { Answered } from "../view/answered.js";
import { CheckCode } from "../view/code.js";
import { Confirm } from "../view/confirm.js";
import { spell } from "../view/field.js";
import { ChangePin } from "../view/pinchange.js";
import { Request } from "../view/request.js";
import { Existing } from "../view/unlock.js";
import { equal, test } from "./check.js";
import { SAMPLES } from "./samples.js";

const root = document.createElement("div");
document.body.append(root);

/** @param {any} tree @returns {Promise<HTMLElement>} */
async function draw(tree) {
  render(null, root);
  render(tree, root);
  await new Promise((done) => setTimeout(done)); // effects
  return root;
}

/** What is wrong with a screen, by words of its own. @param {HTMLElement} screen */
function faults(screen) {
  const found = [];
  const say = (/** @type {boolean} */ wrong, /** @type {string} */ what) => wrong && found.push(what);
  say(screen.querySelectorAll("h1").length !== 1, "not one h1");
  say(/undefined|\[object|NaN|{{/.test(screen.textContent), "something that isn't a word: " + screen.textContent);
  say(screen.querySelector("[style]") !== null, "a style in an attribute");
  const ids = [...screen.querySelectorAll("[id]")].map(({ id }) => id);
  say(new Set(ids).size !== ids.length, "an id twice: " + ids);
  for (const element of screen.querySelectorAll("[data-t]")) {
    const key = element.getAttribute("data-t");
    say(element.textContent === key || element.getAttribute("aria-label") === key, "no words for " + key);
    say(!element.textContent && !element.getAttribute("aria-label"), "empty: " + key);
  }
  for (const input of screen.querySelectorAll("input:not([type=file])")) {
    say(!input.labels?.length, "no label: " + input.id);
    say(!input.id, "no id");
  }
  for (const button of screen.querySelectorAll("button, a")) {
    say(!button.textContent.trim() && !button.getAttribute("aria-label"), "a button without a name");
  }
  return found;
}

/** @param {string} key */
const press = (key) => /** @type {HTMLElement} */ (root.querySelector(`[data-t="${key}"]`)).click();
const guarded = () => root.querySelector("main[data-guard]") !== null;
const ready = () => new Promise((done) => {
  const look = () => (guarded() ? setTimeout(look, 20) : done(undefined));
  look();
});

/** @param {string} id @param {string[]} heard @param {number} [ends] */
const request = (id, heard, ends = Date.now() + 90000) => {
  const act = (/** @type {string} */ name) => () => heard.push(`${name} ${id}`);
  const challenge = { app: "Mail", name: "ada", action: "sign_in", message: "", browser: "Firefox on Linux",
    ip: "203.0.113.7", place: "Lyon", carry: "none" };
  return html`<${Request} id=${id} challenge=${challenge} host="auth.example.com" time="14:05" ends=${ends} number=""
    asksNumber=${false} wrong=${null} problem=${null} busy="" which=${{ n: 1, all: 1 }} back=${act("back")}
    onNext=${act("next")} onNumber=${act("number")} onApprove=${act("approve")} onDeny=${act("deny")}
    onReport=${act("report")} />`;
};

/** Screens that send a PIN. @type {[string, (now: any) => any, string[]][]} how each is drawn, and its fields */
const SENDING = [
  ["the change of a PIN", (now) => html`<${ChangePin} accounts=${["ada"]} earlier="" rules=${{ min: 4, max: 6 }}
    left=${null} ...${now} />`, ["#pin-current", "#pin", "#pin-again"]],
  ["an account that still has the PIN of before", (now) => html`<${ChangePin} accounts=${["ada"]} earlier="ada"
    rules=${{ min: 4, max: 6 }} left=${null} ...${now} />`, ["#pin-earlier", "#pin-current"]],
  ["the PIN for a further account", (now) => html`<${Existing} account="ada" service="Harbor Lane" platform=${false}
    ...${now} />`, ["#pin"]],
];

/** @param {string} field */
const at = (field) => /** @type {HTMLInputElement} */ (root.querySelector(field));

/** @param {string} field @param {string} text */
function type(field, text) {
  at(field).value = text;
  at(field).dispatchEvent(new Event("input", { bubbles: true }));
}

/** Whatever screens do after they were drawn is done. */
const settled = () => new Promise((done) => {
  const aside = document.createElement("div");
  const Last = () => (useEffect(() => done(render(null, aside)), []), null);
  render(html`<${Last} />`, aside);
});

export default async function () {
  for (const language of Object.keys(LANGUAGES)) {
    await speak(language);
    for (const [name, sample] of Object.entries(SAMPLES)) {
      await test(`views/${name}/${language}`, async () => equal(faults(await draw(sample())), []));
    }
  }
  await speak("en");

  await test("views/a tap meant for the request before is not one for this", async () => {
    const heard = /** @type {string[]} */ ([]);
    await draw(request("req_1", heard));
    await ready();
    render(request("req_2", heard), root); // it was replaced under the finger
    const since = performance.now();
    while (!heard.length) { // somebody taps and taps
      await new Promise((done) => setTimeout(done, 20));
      press("request.approve");
    }
    equal(performance.now() - since >= 690, true, "time for the eye");
    equal(heard, ["approve req_2"]);
  });

  await test("views/deny asks, and going back from that decides nothing", async () => {
    const heard = /** @type {string[]} */ ([]);
    await draw(request("req_1", heard));
    await ready();
    press("request.deny");
    await new Promise((done) => setTimeout(done));
    press("request.deny.back");
    await new Promise((done) => setTimeout(done));
    equal([heard, root.querySelector("dialog")], [[], null]);
    press("request.deny");
    await new Promise((done) => setTimeout(done));
    press("request.deny.notme");
    equal(heard, ["report req_1"]);
  });

  for (const [name, tree, fields] of SENDING) {
    const [first] = fields;
    /** @param {string} [meanwhile]  typed while the server is asked */
    const fails = async (meanwhile) => {
      let sent = 0;
      const onGo = () => sent++;
      await draw(tree({ problem: null, busy: false, onGo }));
      for (const field of fields) {
        type(field, field === "#pin" && fields.length > 1 || field === "#pin-again" ? "k7#Q" : "7Kq2");
      }
      await settled();
      root.querySelector("button[type=submit]").click();
      render(tree({ problem: null, busy: true, onGo }), root);
      await settled();
      if (meanwhile) type(first, meanwhile);
      await settled();
      equal(sent, 1);
      render(tree({ problem: { k: "error.offline" }, busy: false, onGo }), root);
      await null; // drawn
      equal(root.querySelectorAll('[role=alert] [data-t="error.offline"]').length, 1);
    };
    await test(`views/${name}: with the failure its PIN is gone, and what is typed from then on stays`, async () => {
      await fails();
      equal(at(first).value, "");
      type(first, "9wXz");
      await settled();
      equal(at(first).value, "9wXz");
    });
    await test(`views/${name}: what was typed before the failure came, and not sent, stays`, async () => {
      await fails("9wXz");
      await settled();
      equal(at(first).value, "9wXz");
    });
  }

  await test("views/a countdown is read out three times at most, and codes symbol by symbol", async () => {
    const now = Date.now, start = now();
    const ends = start + 90000;
    const host = "auth.example.com";
    const made = { service: "Mail", host, account: "ada", computer: "", place: "", time: "14:05", ends };
    for (const [tree, said] of /** @type {[() => any, string[]][]} */ ([
      [() => request("req_1", [], ends), ["30 seconds left", "10 seconds left"]],
      [() => html`<${CheckCode} check="307914" ends=${ends} asking=${false} />`, ["1:00", "0:30", "0:10"]],
      [() => html`<${Confirm} made=${made} name="" problem=${null} busy=${false} />`, ["1:00", "0:30", "0:10"]],
    ])) {
      const live = () =>
        [...root.querySelectorAll("[role=status], [role=alert]")].map(({ textContent }) => textContent.trim());
      await draw(tree());
      const heard = [];
      for (let second = 1, before = live(); second < 90; second++) {
        Date.now = () => start + second * 1000;
        render(tree(), root);
        heard.push(...live().filter((text, i) => text && text !== before[i]));
        before = live();
      }
      Date.now = now;
      equal([heard.length, heard.map((text, i) => text.includes(said[i]))], [said.length, said.map(() => true)],
        heard.join(" | "));
    }
    await draw(html`<${CheckCode} check="307914" ends=${ends} asking=${false} />`);
    equal(root.querySelector("#check-code").getAttribute("aria-label"), "Check code: 3 0 7 9 1 4");
    equal(spell("7KQM-2XVT"), "7 K Q M, 2 X V T");
  });

  await test("views/what a server says is text", async () => {
    const heard = /** @type {string[]} */ ([]);
    await draw(html`<${Answered} outcome="elsewhere" by=${"<img src=x onerror=alert(1)>"} signIn=${true} stay=${true}
      onDone=${() => heard.push("done")} />`);
    equal([root.querySelector("img"), root.querySelector("h1")?.textContent],
      [null, "Already answered on <img src=x onerror=alert(1)>"]);
    const own = () => root.querySelector("[data-t='answered.elsewhere.own']") !== null;
    equal(own(), false, "another phone's name");
    await draw(html`<${Answered} outcome="elsewhere" by="Pixel 9" own=${true} signIn=${true} stay=${true}
      onDone=${() => {}} />`);
    equal(own(), true, "this phone's name");
  });
  render(null, root);
}
