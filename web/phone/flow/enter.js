// A code comes in: read by the camera, or typed.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { hasU, readField, readScan } from "../lib/code.js";
import { loaded } from "../lib/load.js";
import { platform, standalone } from "../lib/system.js";
import { Scan } from "../view/scan.js";
import { Type } from "../view/type.js";
import { fault, useFault } from "./say.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../view/part.js").Fault} Fault */
/** @typedef {import("../view/part.js").Say} Say */

const HINTS = /** @type {const} */ ([["slow", 5000], ["stuck", 12000]]);

/** P2. @param {{app: App}} props */
export function ScanFlow({ app }) {
  const video = useRef();
  const scanner = useRef(/** @type {import("../lib/scan.js").Scanner | null} */ (null));
  const running = useRef(false);
  const [state, setState] = useState("ask");
  const [problem, setProblem] = useFault();
  const [dark, setDark] = useState(false);
  const seen = useRef(new Set());
  const over = useRef(false); // the screen was left
  const [reading, setReading] = useState(false);
  const found = async (/** @type {string[]} */ texts, camera = true) => {
    const fresh = texts.filter((text) => !seen.current.has(text));
    fresh.forEach((text) => seen.current.add(text));
    const all = await Promise.all(fresh.map((text) => read(app, text, camera)));
    const ours = all.find(({ go }) => go); // beside whatever else is in view
    if (!ours && all[0]) setProblem(all[0].problem ?? null);
    if (!ours || over.current) return false;
    running.current = false;
    setState("found");
    navigator.vibrate?.(30);
    scanner.current?.stop();
    ours.go?.();
    return true;
  };
  const start = async () => {
    setProblem(null);
    setState("starting"); // draws the video
    running.current = true;
    const made = await loaded(import("../lib/scan.js")).catch(unread);
    const camera = await app.phone?.setting("camera").catch(() => "");
    if (!made || !running.current || document.hidden) return; // it starts once somebody looks
    const { Scanner } = made;
    const shown = (/** @type {string} */ to) => running.current && setState(to);
    const told = { found, state: shown, dark: setDark, failed: unread, camera: camera ?? "" };
    scanner.current ??= new Scanner(video.current, told);
    await scanner.current.start();
  };
  const unread = (/** @type {unknown} */ failure) => {
    running.current = false;
    setState("ask");
    setProblem(fault(failure));
  };
  useEffect(() => watch(running, scanner, start), []);
  useEffect(() => () => void (over.current = true), []);
  const hint = useHint(state === "scanning");
  const flip = async () => app.phone?.setSetting("camera", await scanner.current?.flip());
  const light = async () => {
    await scanner.current?.light(!scanner.current.torch).catch(() => {});
    setDark(false);
    app.draw();
  };
  const photo = async (/** @type {Blob} */ picture) => {
    seen.current.clear();
    setProblem(null);
    setReading(true);
    const enough = await reads(picture, async (texts) => over.current || found(texts, false)).catch(unread);
    setReading(false);
    if (enough === false && seen.current.size === 0) setProblem({ k: "scan.photo.none" });
  };
  return html`<${Scan} state=${state} hint=${dark && hint !== "stuck" ? "dark" : hint} problem=${problem}
    reading=${reading} video=${video} system=${platform()} browser=${!standalone()}
    cameras=${scanner.current?.cameras ?? 0} torch=${scanner.current?.torch ?? null} back=${() => app.nav.back()}
    onStart=${start} onType=${() => app.nav.swap("Type")} onFlip=${flip} onLight=${light} onPhoto=${photo} />`;
}

/** @param {Blob} photo @param {(texts: string[]) => Promise<boolean>} found  whether it is enough */
async function reads(photo, found) {
  const { readPhoto } = await loaded(import("../lib/scan.js"));
  for await (const texts of readPhoto(photo)) {
    if (await found(texts)) return true;
    await new Promise((drawn) => setTimeout(drawn));
  }
  return false;
}

/**
 * The camera is let go when nobody looks, and opened again after. Where it was
 * allowed before, the tap on Scan was the tap that it starts from.
 * @param {{current: boolean}} running
 * @param {{current: import("../lib/scan.js").Scanner | null}} scanner
 * @param {() => void} start
 */
function watch(running, scanner, start) {
  const turn = () => {
    if (document.hidden) scanner.current?.stop();
    else if (running.current) start();
  };
  document.addEventListener("visibilitychange", turn);
  const asked = navigator.permissions?.query({ name: "camera" });
  asked?.then((permission) => permission.state === "granted" && start(), () => {});
  return () => {
    document.removeEventListener("visibilitychange", turn);
    running.current = false;
    scanner.current?.stop();
  };
}

/** @param {boolean} looking */
function useHint(looking) {
  const [hint, setHint] = useState("");
  useEffect(() => {
    setHint("");
    if (!looking) return undefined;
    const timers = HINTS.map(([name, after]) => setTimeout(() => setHint(name), after));
    return () => timers.forEach(clearTimeout);
  }, [looking]);
  return hint;
}

/**
 * A picture can be sent by anyone, as a link can: only what the camera has read
 * carries the secret of a sign-in, A83.
 * @param {App} app
 * @param {string} text
 * @param {boolean} camera
 * @returns {Promise<{problem?: Fault, go?: () => void}>}
 */
async function read(app, text, camera) {
  const scanned = await readScan(text, location.origin);
  if (scanned.kind === "code") return { go: () => app.nav.swap("Confirm", { code: scanned.code }) };
  if (scanned.kind === "sign_in") {
    const { request: id, secret } = scanned;
    return { go: () => app.nav.swap("Request", { id, secret: camera ? secret : "", code: true }) };
  }
  if (scanned.kind === "other") return { problem: { k: "scan.other", v: { host: scanned.host, own: app.host } } };
  return { problem: { k: scanned.problem === "recovery" ? "scan.recovery" : "scan.notours" } };
}

/**
 * P3.
 * @param {{app: App, entry: import("./nav.js").Entry, text?: string, check?: boolean}} props
 *   check: a link brought it, so it is read at once
 */
export function TypeFlow({ app, entry, text = "", check = false }) {
  const [error, setError] = useState(/** @type {Say | null} */ (null));
  const [problem, setProblem] = useFault();
  const [busy, setBusy] = useState(false);
  const clear = () => {
    setError(null);
    setProblem(null);
  };
  const go = async (/** @type {string} */ typed) => {
    clear();
    entry.props.text = typed;
    const { code, problem: slip, symbols, host } = await readField(typed, location.origin);
    if (!code) return setError(slipSay(slip ?? "check", typed, { count: symbols, host: host ?? "", own: app.host }));
    setBusy(true);
    try {
      const look = await app.phone?.look(code);
      app.nav.go("Confirm", { code, look });
    } catch (failure) {
      setProblem(fault(failure, { too_many: "type.tries" }));
    }
    setBusy(false);
  };
  useEffect(() => {
    entry.props.check = false; // not again when the person comes back
    if (check) go(text);
  }, []);
  return html`<${Type} text=${text} error=${error} problem=${problem} busy=${busy} back=${() => app.nav.back()}
    onText=${clear} onGo=${go} onScan=${() => app.nav.swap("Scan")}
    paste=${async () => navigator.clipboard.readText()} />`;
}

/** @param {string} slip @param {string} typed @param {{count: number, host: string, own: string}} v */
function slipSay(slip, typed, v) {
  if (slip === "length") return { k: "type.short", v };
  if (slip === "other origin") return { k: "type.other", v };
  if (slip === "recovery") return { k: "type.recovery" };
  return { k: slip === "symbol" && hasU(typed) ? "type.letterU" : "type.typo" };
}
