// The camera as a scanner. The view owns the video element; pictures never leave
// the phone. Started only from a tap, stopped whenever nobody looks.

import { later } from "./clock.js";
import { Reader, brightness } from "./decode.js";

export { readPhoto } from "./decode.js";

/** @typedef {"starting" | "scanning" | "denied" | "busy" | "none" | "black" | "stopped"} ScanState */

const PAUSE = 80; // milliseconds between two pictures
const BLACK = 2000; // milliseconds without a picture until it is said: iPhones do that after a while in the background
const DARK = 40; // of 255: a room without light, not the screen in it
const GLANCE = 1000; // milliseconds between two looks at the light

/** One scanner over one video element. */
export class Scanner {
  /**
   * @param {HTMLVideoElement} video  playsinline and muted
   * @param {{found: (texts: string[]) => void, state: (state: ScanState) => void, dark?: (dark: boolean) => void,
   *   failed?: (problem: unknown) => void, camera?: string}} told
   *   dark: there is a light that would help; failed: there is no decoder; camera: id of the one that worked before
   */
  constructor(video, { found, state, dark = () => {}, failed = () => {}, camera = "" }) {
    this.video = video;
    this.found = found;
    this.told = state;
    this.dim = dark;
    this.failed = failed;
    this.camera = camera;
    this.cameras = 0;
    /** Whether the light is on; null if there is none. @type {boolean | null} */
    this.torch = null;
    /** @type {MediaStream | null} */
    this.stream = null;
    this.run = 0; // counts starts and stops, so that a late camera is let go
  }

  /** Opens the camera and reads until stop. */
  async start() {
    this.stop();
    const run = this.run;
    this.told("starting");
    try {
      const stream = await this.#open();
      if (run !== this.run) return end(stream);
      await this.#show(stream);
      if (run !== this.run) return;
      this.told("scanning");
      this.#read(run, new Reader(), Date.now());
    } catch (error) {
      if (run === this.run) this.#failed(/** @type {Error} */ (error).name);
    }
  }

  /** Lets the camera go. */
  stop() {
    this.run++;
    if (!this.stream) return;
    end(this.stream);
    this.stream = null;
    this.torch = null;
    this.video.srcObject = null;
    this.told("stopped");
  }

  /** Goes on to the next camera. @returns {Promise<string>} its id, to be remembered */
  async flip() {
    const all = await cameras();
    const next = (all.findIndex(({ deviceId }) => deviceId === this.camera) + 1) % all.length;
    this.camera = all[next]?.deviceId ?? "";
    await this.start();
    return this.camera;
  }

  /** @param {boolean} on */
  async light(on) {
    const [track] = this.stream?.getVideoTracks() ?? [];
    if (this.torch === null || !track) return;
    await track.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: on }] }));
    this.torch = on;
  }

  /** @returns {Promise<MediaStream>} */
  async #open() {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    // Never "exact": a phone whose cameras say nothing of themselves has to work too.
    const rear = { ...size, facingMode: { ideal: "environment" } };
    const video = this.camera ? { ...size, deviceId: { ideal: this.camera } } : rear;
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    if (!this.camera || stream.getVideoTracks()[0].getSettings().deviceId === this.camera) return stream;
    end(stream); // the one of before is gone, or has another id today
    return navigator.mediaDevices.getUserMedia({ video: rear, audio: false });
  }

  /** @param {MediaStream} stream */
  async #show(stream) {
    this.stream = stream;
    const [track] = stream.getVideoTracks();
    this.camera = track.getSettings().deviceId ?? this.camera;
    const can = /** @type {any} */ (track.getCapabilities?.() ?? {});
    this.torch = can.torch ? false : null;
    this.cameras = (await cameras()).length;
    this.video.srcObject = stream;
    await this.video.play();
  }

  /**
   * A call that ends, or another app, gives the camera back: then it goes on.
   * @param {number} run
   * @param {Reader} reader
   * @param {number} since  of the last picture
   */
  async #read(run, reader, since) {
    let glanced = 0, black = false;
    while (run === this.run) {
      if (this.#seeing()) {
        if (black) this.told("scanning");
        black = false;
        since = Date.now();
        if (this.torch !== null && since - glanced > GLANCE) {
          glanced = since;
          this.dim(!this.torch && brightness(this.video) < DARK);
        }
        const texts = await reader.read(this.video).catch((problem) => this.#broken(run, problem));
        if (!texts || run !== this.run) return;
        if (texts.length > 0) this.found(texts);
      } else if (!black && Date.now() - since > BLACK) {
        black = true;
        this.told("black");
      }
      await later(PAUSE);
    }
  }

  /** Whether there is a picture, and not the last one: a call, or another app, may have taken the camera. */
  #seeing() {
    const [track] = this.stream?.getVideoTracks() ?? [];
    if (this.video.paused) this.video.play().catch(() => {}); // iPhones pause it, too
    const live = track?.readyState === "live" && !track.muted;
    return live && !this.video.paused && this.video.readyState >= 2 && this.video.videoWidth > 0;
  }

  /** @param {number} run @param {unknown} problem */
  #broken(run, problem) {
    if (run !== this.run) return;
    this.stop();
    this.failed(problem);
  }

  /** @param {string} name  of the error */
  #failed(name) {
    this.stop();
    const denied = name === "NotAllowedError" || name === "SecurityError";
    const busy = name === "NotReadableError" || name === "AbortError";
    this.told(denied ? "denied" : busy ? "busy" : "none");
  }
}

/** Those that the browser names. */
const cameras = async () =>
  (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");

/** @param {MediaStream} stream */
function end(stream) {
  for (const track of stream.getTracks()) track.stop();
}
