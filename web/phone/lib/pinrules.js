// Which PINs are refused, and why. Twin of pin.go, spec §11.1.

/** @typedef {"short" | "long" | "chars" | "same" | "row" | "repeat" | "date" | "name" | "common"} PinProblem */

/** Rows of QWERTY, QWERTZ and AZERTY, and columns from left to right. */
const KEYBOARD = "1234567890 !@#$%^&*() qwertyuiop asdfghjkl zxcvbnm"
  + " qwertzuiop yxcvbnm azertyuiop qsdfghjklm wxcvbn 1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/";

/** The 100 commonest that no other rule refuses, in lower case; pin.go says where they are from. */
const COMMON = new Set(`2580 0852 5683 8008 9119 4711 6996 1314 5201 5210 5200 1133 1144 1155 1166 1177 1188 1199 2233
  2244 3344 4455 5566 6677 7788 8899 9988 1357 2468 1379 1397 7410 1470 3690 1590 3579 8520 9630 1236 4569 7896 1478
  9874 7531 8642 0007 7887 3141 4200 1337 753951 123321 789456 159753 147258 159357 456852 147852 258456 135790 456123
  123654 789123 741852 963852 852456 369258 201314 521314 951753 246810 357159 zxc123 pass1 love1 loveu iloveu abc123
  123abc abcd1 1234a a1234 12345a a12345 qwe123 123qwe asd123 1q2w3e 1q2w1q zaq12w pass love king angel monkey dragon
  master admin secret login`.split(/\s+/));

/**
 * Why a PIN can't be taken; null if it can. Asks nobody and remembers nothing.
 * @param {string} typed
 * @param {{min: number, max: number}} rules  in characters
 * @param {string} account  sign-in name
 * @returns {PinProblem | null}
 */
export function pinProblem(typed, { min, max }, account) {
  const folded = typed.normalize("NFKC");
  const length = [...folded].length;
  if (length < min) return "short";
  if (length > max) return "long";
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(folded)) return "chars";
  const pin = low(folded);
  const symbols = [...pin];
  if (symbols.every((symbol) => symbol === symbols[0])) return "same";
  if (isRow(pin, symbols)) return "row";
  if (isRepeat(symbols)) return "repeat";
  if (isDate(pin)) return "date";
  if (isName(pin, account)) return "name";
  return COMMON.has(pin) ? "common" : null;
}

/** Lower case, symbol by symbol. @param {string} text */
const low = (text) => [...text].map((symbol) => [...symbol.toLowerCase()][0]).join("");

/** @param {string} pin @param {string[]} symbols */
function isRow(pin, symbols) {
  const steps = symbols.slice(1).map((symbol, i) => at(symbol) - at(symbols[i]));
  if (steps.every((step) => step === 1) || steps.every((step) => step === -1)) return true;
  const back = [...symbols].reverse().join("");
  return KEYBOARD.includes(pin) || KEYBOARD.includes(back);
}

/** @param {string} symbol */
const at = (symbol) => /** @type {number} */ (symbol.codePointAt(0));

/**
 * The same pair again and again, or two equal halves.
 * @param {string[]} symbols
 */
function isRepeat(symbols) {
  /** @param {number} period */
  const every = (period) => symbols.every((symbol, i) => i < period || symbol === symbols[i - period]);
  return every(2) || (symbols.length % 2 === 0 && every(symbols.length / 2));
}

/**
 * A year from 1900 to 2099, or day and month, or day, month and two digits of a
 * year, in the orders that people write.
 * @param {string} pin
 */
function isDate(pin) {
  if (/^(19|20)[0-9]{2}$/.test(pin)) return true;
  if (!/^([0-9]{4}|[0-9]{6})$/.test(pin)) return false;
  const [a, b, c] = [0, 2, 4].map((start) => Number(pin.slice(start, start + 2)));
  return isDay(a, b) || isDay(b, a) || (pin.length === 6 && isDay(c, b));
}

/** @param {number} day @param {number} month */
function isDay(day, month) {
  const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

/**
 * A piece of the user name, or something that holds a part of it of at least
 * three characters. What follows an @ is not the person's.
 * @param {string} pin
 * @param {string} account
 */
function isName(pin, account) {
  const name = low(account.normalize("NFKC")).split("@")[0];
  const parts = name.split(/[^\p{L}\p{M}\p{N}]+/u).filter((part) => [...part].length >= 3);
  return name.includes(pin) || parts.some((part) => pin.includes(part));
}
