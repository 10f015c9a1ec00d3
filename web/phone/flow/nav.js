// Which screen is on show, and what the phone's back does. The screens are kept
// here, in memory: what they hold, such as keys not yet used, survives no reload.

/** @typedef {{name: string, props: any, key: number}} Entry */

/** A stack of screens, in step with the browser's history. */
export class Nav {
  /** @param {() => void} told  the screen on show is another one */
  constructor(told) {
    this.told = told;
    this.count = 0;
    /** @type {Entry[]} */
    this.stack = [{ name: "Root", props: {}, key: 0 }];
    /** Called instead of going back, if set: it asks first. @type {(() => void) | null} */
    this.hold = null;
    this.way = false; // the browser is on its way to where the stack is, and tells when it is there
    history.replaceState({ at: 0 }, "");
    addEventListener("popstate", ({ state }) => this.#popped(state?.at ?? 0));
  }

  /** The screen on show. */
  get top() {
    return this.stack[this.stack.length - 1];
  }

  /** One step further. @param {string} name @param {any} [props] */
  go(name, props = {}) {
    this.stack.push(this.#entry(name, props));
    if (!this.way) history.pushState({ at: this.stack.length - 1 }, "");
    this.told();
  }

  /** In the place of the one on show. @param {string} name @param {any} [props] */
  swap(name, props = {}) {
    this.hold = null;
    this.stack[this.stack.length - 1] = this.#entry(name, props);
    this.told();
  }

  /** One step above home, whatever was there. @param {string} name @param {any} [props] */
  reset(name, props = {}) {
    const steps = this.stack.length - 1;
    if (steps === 0) return this.go(name, props);
    this.hold = null;
    this.stack = [this.stack[0], this.#entry(name, props)];
    this.#leave(steps - 1);
    this.told();
  }

  /** As the phone's own back does. */
  back() {
    history.back();
  }

  /** All the way back, whatever would ask first. */
  home() {
    const steps = this.stack.length - 1;
    this.hold = null;
    this.stack.length = 1;
    this.#leave(steps);
    this.told();
  }

  /** A link to this page was opened in it: its entry in the history is this screen's. */
  adopt() {
    history.replaceState({ at: this.stack.length - 1 }, "", location.pathname);
  }

  /** @param {number} steps  back */
  #leave(steps) {
    if (!steps || this.way) return;
    this.way = true;
    history.go(-steps);
  }

  /** @param {number} at */
  #popped(at) {
    const last = this.stack.length - 1;
    if (this.way) { // what was opened meanwhile stays
      this.way = false;
      this.#leave(Math.max(0, at - last));
      for (let next = at + 1; next <= last; next++) history.pushState({ at: next }, "");
      return;
    }
    if (at >= last) return;
    if (this.hold) {
      history.pushState({ at: last }, "");
      this.hold();
    } else {
      this.stack.length = at + 1;
      this.told();
    }
  }

  /** @param {string} name @param {any} props @returns {Entry} */
  #entry(name, props) {
    return { name, props, key: ++this.count };
  }
}
