// What the whole app shares: the phone, where the person is, and what was set.

import { left } from "../lib/clock.js";
import { passing } from "../lib/system.js";
import { language, nameService, speak } from "../lib/words.js";
import { Nav } from "./nav.js";

/** @typedef {import("../lib/phone.js").Phone} Phone */
/** @typedef {import("../view/part.js").Say} Say */
/** The app where there is a phone. @typedef {App & {phone: Phone}} Running */

/**
 * The settings that a person makes on this phone, and what was said once. language, theme: empty is the system's. push:
 * empty is not decided yet, "ending" is off as soon as the server can be told. approved: how often, until it was said
 * that the app can be installed.
 */
const SETTINGS = {
  language: "", theme: "", moretime: false, use: false, approved: 0, version: "",
  push: /** @type {"" | "later" | "on" | "off" | "ending"} */ (""),
};

/** So many approvals in a browser, and it is said that the app can be installed: once. */
export const ENOUGH = 3;

/** The running app. A change of anything is followed by draw. */
export class App {
  /** @param {Phone | null} phone  null: what it keeps isn't open, or can't be @param {() => void} render */
  constructor(phone, render) {
    this.phone = phone;
    this.render = render;
    this.settings = { ...SETTINGS };
    /** @type {import("./land.js").Landing | null} */
    this.landing = null;
    /** A code that was opened in the browser before. @type {{code: string, ends: number} | null} */
    this.opened = null;
    /** What was just done, for the home screen. @type {Say | null} */
    this.note = null;
    /** @type {"" | "menu" | "help" | "add"} */
    this.sheet = "";
    this.service = "";
    this.passing = false; // what this window keeps is gone when it closes
    /**
     * Why the phone isn't there: not yet, not this time, or never.
     * @type {"" | "opening" | "storage" | "no_storage"}
     */
    this.stuck = "";
    /** Tries to open it once more. */
    this.again = async () => {};
    this.due = false;
    this.nav = new Nav(() => this.turned());
  }

  /** The server, as people name it. */
  get host() {
    return location.host;
  }

  /** Whether there is no network, as far as is known. */
  get offline() {
    const heard = this.phone?.api.heard;
    return this.phone?.inbox.online === false || (!navigator.onLine && !heard);
  }

  /** Draws once for all that has changed. */
  draw() {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.render();
    });
  }

  /** Another screen is on show. */
  turned() {
    this.sheet = "";
    if (this.nav.stack.length > 1) this.note = null;
    this.draw();
  }

  /** Opens a sheet; empty closes it. @param {"" | "menu" | "help" | "add"} sheet */
  open(sheet) {
    this.sheet = sheet;
    this.draw();
  }

  /** Reads what was set before. @throws {import("../lib/problem.js").Problem} storage */
  async recall() {
    for (const key of Object.keys(SETTINGS)) {
      const value = await this.phone?.setting(key);
      if (value !== undefined) Object.assign(this.settings, { [key]: value });
    }
    passing().then((yes) => yes && ((this.passing = true), this.draw()));
    nameService((await this.phone?.setting("called")) ?? { name: "" });
    this.opened = (await this.phone?.setting("opened")) ?? null;
    if (this.opened && left(this.opened.ends) <= 0) this.forget(this.opened.code);
    this.paint();
  }

  /**
   * Takes the server's names, and keeps them for when it can't be asked.
   * @param {{name: string, names?: Record<string, string>}} info
   */
  named({ name, names }) {
    this.service = name;
    nameService({ name, names });
    this.phone?.setSetting("called", { name, names }).catch(() => {});
    this.draw();
  }

  /**
   * A code that was opened in the browser isn't offered again: it is used, over, or somebody else's.
   * @param {string} code
   */
  forget(code) {
    if (this.opened?.code !== code) return;
    this.opened = null;
    this.phone?.setSetting("opened", null).catch(() => {});
  }

  /** Begins anew, with nothing of before. */
  async reset() {
    await this.phone?.reset();
    this.settings = { ...SETTINGS };
    this.opened = null;
    await this.speak();
    this.paint();
  }

  /** Sets and keeps; what can't be kept is set all the same. @param {Partial<typeof SETTINGS>} change */
  async set(change) {
    Object.assign(this.settings, change);
    for (const [key, value] of Object.entries(change)) await this.phone?.setSetting(key, value).catch(() => {});
    if ("language" in change) await this.speak();
    const open = this.phone && /** @type {Running} */ (this);
    // Pushes speak it too.
    if ("language" in change && open) import("./push.js").then(({ repair }) => repair(open), () => {});
    this.paint();
    this.draw();
  }

  /** Loads the words of the language that was set. */
  async speak() {
    await speak(this.settings.language, false).catch(() => {}); // the words of before stay
    document.documentElement.lang = language();
  }

  /** The theme that was chosen, also for the bars around the app. */
  paint() {
    const { theme } = this.settings;
    const root = document.documentElement;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      const dark = theme ? theme === "dark" : meta.getAttribute("media")?.includes("dark");
      meta.setAttribute("content", dark ? "#0D141B" : "#F6F7F9");
    }
  }

  /** @param {string} text @returns {Promise<boolean>} whether it is in the clipboard */
  async copy(text) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
}
