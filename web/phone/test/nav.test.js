// What the phone's back does.

import { Nav } from "../flow/nav.js";
import { equal, test } from "./check.js";

/** @param {Nav} nav */
const names = (nav) => nav.stack.map(({ name }) => name);

/** Goes back as the phone's button does, and waits until that has happened. */
const back = () => new Promise((done) => {
  addEventListener("popstate", () => setTimeout(done), { once: true });
  history.back();
});

export default async function () {
  await test("nav/back leads one step back, whatever was put in a screen's place", async () => {
    const nav = new Nav(() => {});
    nav.go("Scan");
    nav.swap("Confirm");
    nav.go("Unlock");
    equal(names(nav), ["Root", "Confirm", "Unlock"]);
    await back();
    equal(names(nav), ["Root", "Confirm"]);
    await back();
    equal(names(nav), ["Root"]);
  });

  await test("nav/a screen may ask before it is left", async () => {
    const nav = new Nav(() => {});
    let asked = 0;
    nav.go("Code");
    nav.hold = () => asked++;
    await back();
    equal([names(nav), asked], [["Root", "Code"], 1]);
    nav.hold = null;
    await back();
    equal([names(nav), asked], [["Root"], 1]);
  });

  await test("nav/a new beginning stands one step above home", async () => {
    const nav = new Nav(() => {});
    nav.go("Type");
    nav.go("Confirm");
    nav.go("Unlock");
    const settled = new Promise((done) => addEventListener("popstate", () => setTimeout(done), { once: true }));
    nav.reset("Code");
    await settled;
    equal([names(nav), history.state.at], [["Root", "Code"], 1]);
    await back();
    equal([names(nav), history.state.at], [["Root"], 0]);
  });

  await test("nav/a screen that is opened while the browser is still on its way home stays, and back leads home", async () => {
    for (const way of ["home", "reset"]) {
      const nav = new Nav(() => {});
      for (const name of ["Type", "Confirm", "Unlock"]) nav.go(name);
      const settled = new Promise((done) => addEventListener("popstate", () => setTimeout(done), { once: true }));
      if (way === "home") nav.home();
      else nav.reset("Code");
      nav.go("Next");
      await settled;
      const want = way === "home" ? ["Root", "Next"] : ["Root", "Code", "Next"];
      equal([names(nav), history.state.at], [want, want.length - 1], way);
      while (want.length > 1) {
        want.pop();
        await back();
        equal([names(nav), history.state.at], [want, want.length - 1], way + ", back");
      }
    }
  });
}
