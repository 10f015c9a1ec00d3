// The time that is left, as text, from the moment when it matters: a clock that
// always runs makes people hurry.

import { element } from "../page/element.js";

const said = [60, 30, 10]; // seconds at which it is read out

/**
 * Counts down in the element "left" and says three of the seconds aloud.
 * @param {{ from: number, text: (left: number) => string, shown?: (last: boolean) => void }} how
 *   from: seconds before the end at which it appears
 * @returns {(left: number) => void} sets the seconds that are left; 0 hides it
 */
export function countdown({ from, text, shown }) {
  const el = element("left", HTMLElement), call = element("call", HTMLElement);
  let ends = 0, last = Infinity;

  const tick = () => {
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    const show = ends > 0 && left > 0 && left <= from;
    el.hidden = !show;
    shown?.(show);
    if (show) el.textContent = text(left);
    if (show && said.some((mark) => left <= mark && last > mark)) call.textContent = el.textContent;
    last = left;
  };
  setInterval(tick, 1000);
  return (left) => {
    ends = left > 0 ? Date.now() + left * 1000 : 0;
    tick();
  };
}

/** A duration as a clock shows it. @param {number} left seconds, shown as 1:45 */
export const clock = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
