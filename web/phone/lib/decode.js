// Reading a QR code out of a picture: with the browser's own detector where it
// works, else with the decoder that comes with the app, loaded when needed.

/** @typedef {(picture: HTMLVideoElement | ImageBitmap) => Promise<string | null>} Decoder */

const SIDE = 1280; // pixels; more costs time and finds no more

/** @type {Promise<Decoder> | null} */
let decoder = null;

/** @returns {Promise<Decoder>} */
export function loadDecoder() {
  decoder ??= native().then((found) => found ?? vendored());
  return decoder;
}

/**
 * Some browsers have a detector that lists no formats, or throws, in some only once it is used.
 * @returns {Promise<Decoder | null>}
 */
async function native() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  try {
    if (!(await Detector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new Detector({ formats: ["qr_code"] });
    await detector.detect(canvas(8, 8).canvas);
    return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

/** @returns {Promise<Decoder>} */
async function vendored() {
  const { decodeQR } = await import("../vendor/qr/decode.js");
  return async (picture) => {
    try {
      return decodeQR(pixels(picture), { effort: 3, timeLimit: 100 });
    } catch {
      return null; // none in this picture
    }
  };
}

/** @param {HTMLVideoElement | ImageBitmap} picture @returns {ImageData} */
function pixels(picture) {
  const [width, height] = "videoWidth" in picture
    ? [picture.videoWidth, picture.videoHeight] : [picture.width, picture.height];
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const context = canvas(w, h);
  context.drawImage(picture, 0, 0, w, h);
  return context.getImageData(0, 0, w, h);
}

/**
 * How bright a picture is.
 * @param {HTMLVideoElement} video
 * @returns {number} 0 to 255
 */
export function brightness(video) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(16, 16).getContext("2d"));
  context.drawImage(video, 0, 0, 16, 16);
  const { data } = context.getImageData(0, 0, 16, 16);
  return data.filter((_, i) => i % 4 !== 3).reduce((sum, part) => sum + part, 0) / (16 * 16 * 3);
}

/** @type {OffscreenCanvasRenderingContext2D | null} */
let drawn = null;

/** One canvas for all pictures of a size. @param {number} width @param {number} height */
function canvas(width, height) {
  if (drawn?.canvas.width !== width || drawn.canvas.height !== height) {
    drawn = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  }
  return /** @type {OffscreenCanvasRenderingContext2D} */ (drawn);
}

/**
 * @param {Blob} photo
 * @returns {Promise<string | null>} the text of the QR code in it
 */
export async function readPhoto(photo) {
  try {
    const picture = await createImageBitmap(photo);
    return await (await loadDecoder())(picture);
  } catch {
    return null; // not a picture
  }
}
