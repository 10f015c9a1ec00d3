// Time for countdowns and for reading, and for nothing else: whether something is
// over, the server alone decides.

/**
 * @param {number} seconds  that are left, as the server said just now
 * @returns {number} milliseconds of this phone's clock
 */
export function deadline(seconds) {
  return Date.now() + seconds * 1000;
}

/**
 * @param {number} end  of deadline
 * @returns {number} whole seconds, never below 0
 */
export function left(end) {
  return Math.max(0, Math.ceil((end - Date.now()) / 1000));
}

/**
 * @param {number} seconds
 * @returns {string} such as "1:45"
 */
export function minutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * @param {number} instant  Unix seconds
 * @param {string} language
 * @returns {string} such as "14:05"
 */
export function shortTime(instant, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant * 1000);
}

/**
 * @param {number} instant  Unix seconds
 * @param {string} language
 * @returns {string} such as "23 Nov 2026, 14:05"
 */
export function dayTime(instant, language) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }).format(instant * 1000);
}
