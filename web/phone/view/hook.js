// Small habits that several screens share.

import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { left, minutes } from "../lib/clock.js";
import { t } from "../lib/words.js";

/** What a form does when it is sent: the browser sends nothing. @param {() => void} act */
export const submitted = (act) => (/** @type {Event} */ event) => {
  event.preventDefault();
  act();
};

const GUARD = 700; // milliseconds: longer than a tap that was begun before the change

/**
 * Whether taps count already: after a change of content they don't for a
 * moment, so that a tap meant for the old request can't land on the new one.
 * @param {string} content  changes when the content does
 */
export function useGuard(content) {
  const [ready, setReady] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setReady(content), GUARD);
    return () => clearTimeout(timer);
  }, [content]);
  return ready === content;
}

/**
 * The seconds left, counted down while somebody looks.
 * @param {number} ends  milliseconds of this phone's clock; 0: never
 */
export function useLeft(ends) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!ends) return undefined;
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ends]);
  return ends ? left(ends) : Infinity;
}

/**
 * Empties a field of what was sent, in the very step that shows the failure: a moment later it would take what is typed
 * anew. What was typed since it was sent stays.
 * @param {string} value @param {(change: (now: string) => string) => void} set @param {unknown} failure  null: none
 * @returns {() => void} says that the value is sent
 */
export function useSent(value, set, failure) {
  const sent = useRef("");
  useLayoutEffect(() => {
    if (failure !== null) set((now) => (now === sent.current ? "" : now));
  }, [failure]);
  return () => (sent.current = value);
}

/**
 * Whether something has been busy for so long that it should be said.
 * @param {boolean} busy
 * @param {number} [after] milliseconds
 */
export function useSlow(busy, after = 8000) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!busy) return undefined;
    const timer = setTimeout(() => setSlow(true), after);
    return () => clearTimeout(timer);
  }, [busy]);
  return slow;
}

/** The announcements of a countdown: three, not one a second. @param {number} seconds @param {number[]} at */
export function announced(seconds, at = [60, 30, 10]) {
  return at.filter((mark) => seconds <= mark).pop() ?? 0;
}

/** What is read out of a countdown whose sentence has "left". @param {string} k @param {number} seconds */
export function counted(k, seconds) {
  const mark = announced(seconds);
  return mark ? t(k, { left: minutes(mark) }) : "";
}
