// Time for countdowns and for reading, and for nothing else: whether something is
// over, the server alone decides.

/**
 * When something ends.
 * @param {number} seconds  that are left, as the server said just now
 * @returns {number} milliseconds of this phone's clock
 */
export function deadline(seconds) {
  return Date.now() + seconds * 1000;
}

/**
 * How long it is until then.
 * @param {number} end  of deadline
 * @returns {number} whole seconds, never below 0
 */
export function left(end) {
  return Math.max(0, Math.ceil((end - Date.now()) / 1000));
}

/**
 * A duration for a countdown.
 * @param {number} seconds
 * @returns {string} such as "1:45"
 */
export function minutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * A value, after a while.
 * @template T
 * @param {number} milliseconds
 * @param {T} [value]
 * @returns {Promise<T>}
 */
export const later = (milliseconds, value) => new Promise((resolve) => setTimeout(resolve, milliseconds, value));

/**
 * A time of day, by this phone's clock.
 * @param {number} instant  Unix seconds
 * @param {string} language
 * @returns {string} such as "14:05"
 */
export function shortTime(instant, language) {
  const shape = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return shape.format(instant * 1000);
}

/**
 * A day and a time, by this phone's clock.
 * @param {number} instant  Unix seconds
 * @param {string} language
 * @returns {string} such as "23 Nov 2026, 14:05"
 */
export function dayTime(instant, language) {
  const shape = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  return shape.format(instant * 1000);
}
