// What is done to a picture before the app's decoder looks at it: a code may be
// too small for it, too pale, half in a shadow, or flat as the side of a box.

/** @typedef {import("./decode.js").Picture} Picture */
/** @typedef {{width: number, height: number, luma: Uint8Array}} Grey */
/**
 * @typedef {{left: number, top: number, width: number, height: number, scale: number}} Part
 *   of a picture, in its pixels; scale: what remains of one
 */
/** @typedef {{tone: (grey: Grey) => Grey, x: number, y: number}} Way  x, y: how many pixels become of one */

const SIDE = 1280; // pixels at which a whole picture is looked at; more costs time and finds no more
const MOST = 1920; // pixels of a side of what the decoder gets, when it was enlarged

/** How pictures are prepared. @type {Way[]} what helps at all, the likely first */
export const WAYS = [
  { tone: (grey) => grey, x: 1, y: 1 },
  { tone: stretched, x: 2, y: 2 },
  { tone: levelled, x: 1, y: 1 },
  { tone: levelled, x: 2, y: 2 },
  { tone: stretched, x: 3.5, y: 2 },
  { tone: stretched, x: 2, y: 3.5 },
];

/**
 * The whole of a picture, no larger than is of use; enlarged, its middle.
 * @param {Picture} picture
 * @param {Way} way
 * @returns {Part}
 */
export function middle(picture, { x, y }) {
  const { width, height } = size(picture);
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const [w, h] = [x, y].map((times, i) => Math.min([width, height][i], times > 1 ? MOST / times / scale : Infinity));
  return { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h, scale };
}

/**
 * Parts that cover a picture, each overlapping the next by more than a small code.
 * @param {Picture} picture @param {Way} way
 * @param {number} scale
 * @returns {Part[]}
 */
export function parts(picture, { x, y }, scale) {
  const whole = size(picture);
  /** @param {number} length @param {number} times */
  const cut = (length, times) => pieces(length, Math.min(SIDE, MOST / times) / scale);
  const [columns, rows] = [cut(whole.width, x), cut(whole.height, y)];
  return rows.flatMap(([top, height]) => columns.map(([left, width]) => ({ left, top, width, height, scale })));
}

/** @param {number} length @param {number} most @returns {number[][]} where each begins, and how long it is */
function pieces(length, most) {
  if (length <= most) return [[0, length]];
  const count = Math.ceil((length - most) / (most * 0.7)) + 1;
  return Array.from({ length: count }, (_, i) => [((length - most) * i) / (count - 1), most]);
}

/** The largest scale at which a picture is looked at as a whole. @param {Picture} picture */
export function shrunk(picture) {
  const { width, height } = size(picture);
  return Math.min(1, SIDE / Math.max(width, height));
}

/**
 * Cuts a part out of a picture and makes it easier to read.
 * @param {Picture} picture
 * @param {Part} part
 * @param {Way} way
 * @returns {Grey} what the decoder gets
 */
export function prepare(picture, part, { tone, x, y }) {
  const grey = tone(read(picture, part));
  return x === 1 && y === 1 ? grey : enlarged(grey, x, y);
}

/**
 * How bright a picture is.
 * @param {Picture} picture
 * @returns {number} 0 to 255
 */
export function brightness(picture) {
  const { width, height } = size(picture);
  const { luma } = read(picture, { left: 0, top: 0, width, height, scale: 16 / Math.max(width, height) });
  return luma.reduce((sum, light) => sum + light, 0) / luma.length;
}

/** @param {Picture} picture */
function size(picture) {
  if (!("videoWidth" in picture)) return { width: picture.width, height: picture.height };
  return { width: picture.videoWidth, height: picture.videoHeight };
}

/**
 * One canvas for all pictures of a size: of the page, since older phones have no other.
 * @type {CanvasRenderingContext2D | null}
 */
let drawn = null;

/** @param {Picture} picture @param {Part} part @returns {Grey} */
function read(picture, { left, top, width: from, height: of, scale }) {
  const [width, height] = [from, of].map((length) => Math.max(1, Math.round(length * scale)));
  if (drawn?.canvas.width !== width || drawn.canvas.height !== height) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    drawn = canvas.getContext("2d", { willReadFrequently: true });
  }
  const context = /** @type {CanvasRenderingContext2D} */ (drawn);
  context.drawImage(picture, left, top, from, of, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const luma = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < luma.length; i++, at += 4) {
    luma[i] = (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8; // ITU-R BT.601
  }
  return { width, height, luma };
}

/** The darkest and the lightest hundredth become black and white. @param {Grey} grey @returns {Grey} */
function stretched({ width, height, luma }) {
  const count = new Uint32Array(256);
  for (const light of luma) count[light]++;
  const few = luma.length / 100;
  let [low, high] = [0, 255];
  for (let seen = count[0]; seen < few; seen += count[low]) low++;
  for (let seen = count[255]; seen < few; seen += count[high]) high--;
  const times = 255 / Math.max(1, high - low);
  return { width, height, luma: luma.map((light) => Math.max(0, Math.min(255, (light - low) * times))) };
}

const AROUND = 24; // pixels on each side

/** Each pixel against those around it: shadows and reflections go. @param {Grey} grey @returns {Grey} */
function levelled({ width, height, luma }) {
  const [sums, squares] = integrals(width, height, luma);
  const out = new Uint8Array(luma.length);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - AROUND) * (width + 1), Math.min(height, y + AROUND + 1) * (width + 1)];
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - AROUND);
      const right = Math.min(width, x + AROUND + 1);
      const n = ((bottom - top) / (width + 1)) * (right - left);
      const mean = (sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left]) / n;
      const square =
        (squares[bottom + right] - squares[top + right] - squares[bottom + left] + squares[top + left]) / n;
      const spread = Math.max(3, Math.sqrt(Math.max(0, square - mean * mean)));
      out[y * width + x] = Math.max(0, Math.min(255, 128 + ((luma[y * width + x] - mean) * 64) / spread));
    }
  }
  return { width, height, luma: out };
}

/**
 * The sums, and those of the squares, of all that is above and left of a point.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} luma
 */
function integrals(width, height, luma) {
  const [sums, squares] = [1, 2].map(() => new Float64Array((width + 1) * (height + 1)));
  for (let y = 0, at = width + 2; y < height; y++, at++) {
    let [sum, square] = [0, 0];
    for (let x = 0; x < width; x++, at++) {
      const light = luma[y * width + x];
      sums[at] = sums[at - width - 1] + (sum += light);
      squares[at] = squares[at - width - 1] + (square += light * light);
    }
  }
  return [sums, squares];
}

/** @param {Grey} grey @param {number} x @param {number} y @returns {Grey} with pixels between its own */
function enlarged({ width, height, luma }, x, y) {
  const [w, h] = [Math.round(width * x), Math.round(height * y)];
  const out = new Uint8Array(w * h);
  const columns = Array.from({ length: w }, (_, i) => between(i, x, width));
  for (let row = 0, at = 0; row < h; row++) {
    const [top, bottom, down] = between(row, y, height);
    for (let i = 0; i < w; i++, at++) {
      const [left, right, across] = columns[i];
      const above = luma[top * width + left] * (1 - across) + luma[top * width + right] * across;
      const below = luma[bottom * width + left] * (1 - across) + luma[bottom * width + right] * across;
      out[at] = above * (1 - down) + below * down + 0.5;
    }
  }
  return { width: w, height: h, luma: out };
}

/**
 * @param {number} i
 * @param {number} times
 * @param {number} length
 * @returns {[number, number, number]} the two that it lies between, and how near to the second
 */
function between(i, times, length) {
  const at = Math.max(0, Math.min(length - 1, (i + 0.5) / times - 0.5));
  const first = Math.floor(at);
  return [first, Math.min(length - 1, first + 1), at - first];
}
