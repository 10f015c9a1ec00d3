// The landing page of a browser that isn't the phone app.

import { show } from "../lib/code.js";
import { serviceName } from "../lib/words.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { useLeft } from "../view/hook.js";
import { Land } from "../view/land.js";
import { install, installs, phoneKind } from "./land.js";

/** @typedef {import("./app.js").App} App */

/** P0. @param {{app: App}} props */
export function LandFlow({ app }) {
  const { kind, code, ends, dead } = app.landing ?? { kind: "nope", code: "", ends: 0, dead: false };
  const seconds = useLeft(ends);
  const address = location.origin + "/p/";
  const [qr, setQr] = useState(/** @type {boolean[][] | null | undefined} */ (undefined));
  useEffect(() => {
    if (kind === "desk") draw(address).then(setQr, () => setQr(null));
  }, [kind]);
  const use = async () => {
    app.landing = null;
    await app.set({ use: true });
    if (code) app.nav.go("Confirm", { code });
  };
  const setUp = () => {
    Object.assign(app.landing ?? {}, { kind: phoneKind() });
    app.draw();
  };
  return html`<${Land} kind=${kind} service=${serviceName(app.service)} host=${app.host} code=${code && show(code)}
    seconds=${seconds} dead=${dead || seconds === 0} link=${address + (code && "#" + code)} qr=${qr} offer=${installs()}
    demo=${isLocal()} top=${/CriOS|EdgiOS/.test(navigator.userAgent)}
    oldos=${kind === "ios" && !("PushManager" in window) && oldSafari()} install=${install} use=${use} onSetUp=${setUp}
    copy=${app.copy} />`;
}

/** The squares of a QR code. Loaded only where it is shown. @param {string} text @returns {Promise<boolean[][]>} */
async function draw(text) {
  const vendored = "../vendor/qr/index.js"; // its types are not ours to check
  return (await import(vendored)).default(text, "raw");
}

/** A page of this very computer: the demo, where a second window may play a phone. */
function isLocal() {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}

/** iPhones before 16.4 have no push at all; later ones only on the home screen. */
function oldSafari() {
  const [, major = 99, minor = 0] = /OS (\d+)_(\d+)/.exec(navigator.userAgent)?.map(Number) ?? [];
  return major < 16 || (major === 16 && minor < 4);
}
