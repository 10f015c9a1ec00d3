// The scanner, with a camera that shows one QR code (the driver's fake video).

import { brightness } from "../lib/decode.js";
import { readPhoto, Scanner } from "../lib/scan.js";
import { speak } from "../lib/words.js";
import { equal, test } from "./check.js";
import { fixture } from "./fixture.js";
import { end, find, play, pretending, sees, tap } from "./stage.js";

const TEXT = "http://localhost/p/#0QTC13462CXD2PHN"; // what the driver's video shows

export default async function () {
  await test("scan/the camera reads the code, and is let go", async () => {
    const states = [];
    const video = document.querySelector("#video");
    /** @type {Scanner} */
    let scanner;
    const text = await new Promise((resolve) => {
      scanner = new Scanner(video, { found: resolve, state: (state) => states.push(state) });
      scanner.start();
    });
    equal(text, TEXT);
    equal([states, scanner.cameras > 0, scanner.torch], [["starting", "scanning"], true, null]);
    const stream = scanner.stream;
    equal(typeof (await scanner.flip()), "string");
    scanner.stop();
    equal(stream.getTracks().every((track) => track.readyState === "ended"), true, "tracks ended");
    equal([video.srcObject, states.at(-1)], [null, "stopped"]);
  });
  await test("scan/a photo", async () => {
    equal(await readPhoto(await (await fetch("qr.png")).blob()), TEXT);
    equal(await readPhoto(new Blob(["no picture"])), null);
  });
  await test("scan/the camera of before is gone, and another one is taken", async () => {
    const scanner = new Scanner(document.querySelector("#video"), { found: () => {}, state: () => {}, camera: "gone" });
    await scanner.start();
    equal([scanner.stream?.active, scanner.camera !== "gone"], [true, true]);
    scanner.stop();
  });
  await test("scan/a camera that another app takes is said to be black", async () => {
    const states = [];
    const scanner = new Scanner(document.querySelector("#video"), { found: () => {}, state: (state) => states.push(state) });
    await hurried(async () => {
      await scanner.start();
      scanner.stream.getTracks()[0].stop(); // as if
      while (!states.includes("black")) await new Promise((go) => setTimeout(go, 5));
    });
    scanner.stop();
  });
  await test("scan/how bright a picture is", async () => {
    const canvas = new OffscreenCanvas(64, 48);
    const context = canvas.getContext("2d");
    const shades = ["#000", "#808080", "#fff"].map((shade) => {
      context.fillStyle = shade;
      context.fillRect(0, 0, 64, 48);
      return Math.round(brightness(canvas));
    });
    equal(shades, [0, 128, 255]);
  });

  const detectors = {
    "that lists nothing": { getSupportedFormats: async () => [] },
    "that throws at once": { getSupportedFormats: async () => Promise.reject(new Error("no")) },
    "that throws when it is used": Object.assign(class { detect = async () => Promise.reject(new Error("no")); }, { getSupportedFormats: async () => ["qr_code"] }),
  };
  for (const [name, Detector] of Object.entries(detectors)) {
    await test(`scan/a BarcodeDetector ${name} is passed over`, async () => {
      await pretending(globalThis, "BarcodeDetector", Detector, async () => {
        const { loadDecoder } = await import("../lib/decode.js?" + name.replaceAll(" ", "-")); // a module of its own: the choice is made once
        equal(await (await loadDecoder())(await createImageBitmap(await (await fetch("qr.png")).blob())), TEXT);
      });
    });
  }
  await screen();
}

/** All waits are a hundred times shorter. @param {() => Promise<unknown>} body */
const hurried = (body) => {
  const { setTimeout } = globalThis;
  return pretending(globalThis, "setTimeout", (act, after = 0, ...values) => setTimeout(act, after / 100, ...values), body);
};

/** What getUserMedia was asked, and what it says. @param {string} refusal @param {(asked: any) => Promise<unknown>} body */
async function camera(refusal, body) {
  const asked = { times: 0, refusal, streams: [] };
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const get = async (wanted) => {
    asked.times++;
    if (asked.refusal) throw new DOMException("", asked.refusal);
    asked.streams.push(await real(wanted));
    return asked.streams.at(-1);
  };
  await pretending(navigator.permissions, "query", async () => ({ state: "prompt" }), () =>
    pretending(navigator.mediaDevices, "getUserMedia", get, async () => body(asked)));
  end();
}

/** P2 in the app: the code of the film is for another host than this page's. */
async function screen() {
  await speak("en");
  const open = async () => {
    play((await fixture()).phone).draw();
    await tap("first.scan");
    await sees("scan.ask");
  };

  await test("scan/the camera waits for a tap, and says what it has read", async () => {
    await camera("", async (asked) => {
      await open();
      equal(asked.times, 0, "before the tap");
      await tap("scan.on");
      equal((await sees("scan.other")).textContent, `This code is for localhost. This Keyturn works with ${location.host} only.`);
      equal([find("[data-state]").dataset.state, asked.times], ["scanning", 1]);
    });
  });

  await test("scan/hidden it lets the camera go, and comes back with it", async () => {
    await camera("", async (asked) => {
      await open();
      await tap("scan.on");
      await sees("[data-state=scanning]");
      await pretending(document, "hidden", true, async () => void document.dispatchEvent(new Event("visibilitychange")));
      await sees("[data-state=stopped]");
      equal(asked.streams.map(({ active }) => active), [false]);
      document.dispatchEvent(new Event("visibilitychange"));
      await sees("[data-state=scanning]");
      equal(asked.streams.map(({ active }) => active), [false, true]);
      history.back();
      await sees("first.scan");
      equal(asked.streams.map(({ active }) => active), [false, false], "after back");
    });
  });

  for (const [name, refusal, says] of [["refused", "NotAllowedError", "scan.denied"], ["in use elsewhere", "NotReadableError", "scan.busy"], ["that isn't there", "NotFoundError", "scan.none"]]) {
    await test(`scan/with a camera ${name} the other ways are on the same screen`, async () => {
      await camera(refusal, async (asked) => {
        await open();
        await tap("scan.on");
        await sees(says);
        equal([find("scan.type") !== null, find("scan.photo") !== null], [true, true]);
        if (name === "refused") {
          await sees("scan.denied.browser");
          asked.refusal = "";
          await tap("scan.denied.done"); // and it was turned on
          await sees("[data-state=scanning]");
        } else {
          await tap("scan.type");
          await sees("#code");
        }
      });
    });
  }

  await test("scan/nothing is found: a hint after 5 s, the other way after 12 s", async () => {
    await camera("", async (asked) => {
      const blank = document.createElement("canvas");
      blank.getContext("2d"); // or it has no stream
      await pretending(navigator.mediaDevices, "getUserMedia", async () => (asked.times++, blank.captureStream(30)), async () => {
        await open();
        const heard = [];
        const watch = new MutationObserver(() => {
          const key = find(".finder + .status [data-t]")?.dataset.t;
          if (key && heard.at(-1) !== key) heard.push(key);
        });
        watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
        const paint = setInterval(() => blank.getContext("2d").fillRect(0, 0, 300, 150), 10);
        await hurried(async () => {
          await tap("scan.on");
          await sees("scan.stuck");
        });
        clearInterval(paint);
        watch.disconnect();
        equal(heard.slice(heard.indexOf("scan.frame")), ["scan.frame", "scan.slow", "scan.stuck"]);
      });
    });
  });
}
