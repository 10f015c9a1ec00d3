// Reading the QR codes in a picture: with the browser's own detector where there
// is one, and with the decoder that comes with the app, loaded when needed. That
// the detector finds nothing says nothing: some never find any, throw, or don't
// answer, so it is left alone only for a moment.

import { WAYS, middle, parts, prepare, shrunk } from "./light.js";
import { loaded } from "./load.js";

export { brightness } from "./light.js";

/** @typedef {HTMLVideoElement | HTMLCanvasElement | ImageBitmap} Picture */
/** @typedef {{detect: (picture: Picture) => Promise<{rawValue: string}[]>}} Detector */

const ALONE = 1500; // milliseconds in which a detector that works has found a code
const PATIENCE = 1000; // milliseconds for one answer of it
const LIKELY = 2; // ways that read most: in a large photo they come first, also where it isn't shrunk
const LIVE = 100; // milliseconds for one look of our own at a moving picture

/** The browser's detector; null if there is none that works. @type {Promise<Detector | null> | undefined} */
let detector;

/** Reads moving pictures: one after the other, each in another way. */
export class Reader {
  #began = Date.now();
  #turn = 0;

  /**
   * @param {Picture} picture
   * @returns {Promise<string[]>} the texts of all codes that were read in it
   * @throws a Problem if there is no detector, and the app's decoder can't be loaded
   */
  async read(picture) {
    const found = await detected(picture);
    const alone = await detector;
    if (alone && Date.now() - this.#began < ALONE) return found;
    // It has had its time, or sees only a code beside ours. Without a network it may be all there is.
    const more = this.#own(picture);
    return [...found, ...(await (alone ? more.catch(() => []) : more))];
  }

  /** @param {Picture} picture */
  #own(picture) {
    const way = WAYS[this.#turn++ % WAYS.length];
    return own(prepare(picture, middle(picture, way), way), LIVE);
  }
}

/**
 * Reads a photo in every way, the quick ones first, until nobody asks any more.
 * @param {Blob} photo
 * @returns {AsyncGenerator<string[]>} the texts of codes in it, some more than once
 * @throws a Problem if the app's decoder can't be loaded
 */
export async function* readPhoto(photo) {
  const picture = await createImageBitmap(photo).catch(() => null);
  if (!picture) return; // not a picture
  yield await detected(picture);
  for (const ways of [WAYS.slice(0, LIKELY), WAYS.slice(LIKELY)]) {
    for (const scale of new Set([shrunk(picture), 1])) {
      for (const way of ways) {
        for (const part of parts(picture, way, scale)) yield await own(prepare(picture, part, way));
      }
    }
  }
}

/** @param {Picture} picture @returns {Promise<string[]>} what the browser's detector sees */
async function detected(picture) {
  detector ??= soon(builtIn()).catch(() => null);
  const built = await detector;
  try {
    return built ? (await soon(built.detect(picture))).map(({ rawValue }) => rawValue) : [];
  } catch {
    detector = Promise.resolve(null);
    return [];
  }
}

/** @returns {Promise<Detector | null>} */
async function builtIn() {
  const Built = /** @type {any} */ (globalThis).BarcodeDetector;
  return (await Built.getSupportedFormats()).includes("qr_code") ? new Built({ formats: ["qr_code"] }) : null;
}

/** @template T @param {Promise<T>} answer @returns {Promise<T>} which fails if it takes too long */
const soon = (answer) => Promise.race([answer, new Promise((_, fail) => setTimeout(fail, PATIENCE))]);

/**
 * What the app's decoder reads.
 * @param {import("./light.js").Grey} grey
 * @param {number} [timeLimit]  milliseconds for what is more than a first look
 * @returns {Promise<string[]>}
 */
async function own({ width, height, luma }, timeLimit = Infinity) {
  const { _QRScanner: Scanner } = await loaded(import("../vendor/qr/decode.js"));
  const scanner = new Scanner({ maxSize: { width, height }, effort: 3, timeLimit, format: "I420" });
  try {
    scanner.luma.set(luma);
    scanner.processImage({ width, height });
    return scanner.decode(true).filter((text) => typeof text === "string");
  } finally {
    scanner.clean();
  }
}
