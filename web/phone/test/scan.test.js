// The scanner, with a camera that shows one QR code (the driver's fake video).

import { Reader, brightness } from "../lib/decode.js";
import { readPhoto, Scanner } from "../lib/scan.js";
import { speak } from "../lib/words.js";
import { equal, test } from "./check.js";
import { fixture } from "./fixture.js";
import { end, find, play, pretending, sees, tap } from "./stage.js";

const TEXT = "http://localhost/p/#0QTC13462CXD2PHN"; // what the driver's video shows
const OTHER = "https://www.example.com/menu"; // beside it in two.png

export default async function () {
  await test("scan/the camera reads the code, and is let go", async () => {
    const states = [];
    const video = document.querySelector("#video");
    /** @type {Scanner} */
    let scanner;
    const texts = await new Promise((resolve) => {
      scanner = new Scanner(video, { found: resolve, state: (state) => states.push(state) });
      scanner.start();
    });
    equal(texts, [TEXT]);
    equal([states, scanner.cameras > 0, scanner.torch], [["starting", "scanning"], true, null]);
    const stream = scanner.stream;
    equal(typeof (await scanner.flip()), "string");
    scanner.stop();
    equal(stream.getTracks().every((track) => track.readyState === "ended"), true, "tracks ended");
    equal([video.srcObject, states.at(-1)], [null, "stopped"]);
  });
  await test("scan/a photo", async () => {
    equal(await all(readPhoto(await blob("qr.png"))), [TEXT]);
    equal(await all(readPhoto(new Blob(["no picture"]))), []);
  });
  await test("scan/a code beside another one", async () => {
    equal((await all(readPhoto(await blob("two.png")))).sort(), [OTHER, TEXT].sort());
    equal((await new Reader().read(await picture("two.png"))).sort(), [OTHER, TEXT].sort());
  });
  await test("scan/browsers without OffscreenCanvas read codes too", async () => {
    const shown = await picture("qr.png");
    const { OffscreenCanvas: offscreen } = globalThis;
    delete globalThis.OffscreenCanvas;
    try {
      equal(await all(readPhoto(await blob("qr.png"))), [TEXT]);
      equal([await new Reader().read(shown), Math.round(brightness(shown)) > 0], [[TEXT], true]);
    } finally {
      globalThis.OffscreenCanvas = offscreen;
    }
  });
  await test("scan/the camera of before is gone, and another one is taken", async () => {
    const scanner = new Scanner(document.querySelector("#video"), { found: () => {}, state: () => {}, camera: "gone" });
    await scanner.start();
    equal([scanner.stream?.active, scanner.camera !== "gone"], [true, true]);
    scanner.stop();
  });
  await test("scan/a camera that another app takes is said to be black", async () => {
    const states = [];
    const scanner =
      new Scanner(document.querySelector("#video"), { found: () => {}, state: (state) => states.push(state) });
    await hurried(async () => {
      await scanner.start();
      scanner.stream.getTracks()[0].stop(); // as if
      while (!states.includes("black")) await new Promise((go) => setTimeout(go, 5));
    });
    scanner.stop();
  });
  /** @typedef {(scanner: any) => any} Act */
  for (const [name, take, give, states] of /** @type {[string, Act, Act, string[]][]} */ ([
    ["that a call takes for a while is said to be black, and read again when it comes back",
      ({ stream }) => mute(stream, true), ({ stream }) => mute(stream, false), ["black", "scanning"]],
    ["whose picture stands still goes on by itself", ({ video }) => video.pause(), () => {}, []],
    ["whose picture stands still, and may not go on, is said to be black, and read again when it may",
      ({ video }) => ((video.play = forbidden), video.pause()),
      ({ video }) => delete video.play, ["black", "scanning"]],
  ])) {
    await test(`scan/a camera ${name}`, async () => {
      const told = [];
      let read = 0;
      const scanner =
        new Scanner(document.querySelector("#video"), { found: () => read++, state: (state) => told.push(state) });
      const more = async () => {
        for (const since = read; read === since;) await new Promise((go) => setTimeout(go, 5));
      };
      await scanner.start();
      await more();
      told.length = 0;
      await take(scanner);
      if (states.length > 0) {
        while (!told.includes("black")) await new Promise((go) => setTimeout(go, 5));
        const before = read;
        await new Promise((go) => setTimeout(go, 300)); // three more looks
        equal(read, before, "what was read while there was no picture");
      }
      await give(scanner);
      await more();
      equal([told, scanner.video.paused], [states, false]);
      scanner.stop();
    });
  }
  await test("scan/how bright a picture is", async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const context = canvas.getContext("2d");
    const shades = ["#000", "#808080", "#fff"].map((shade) => {
      context.fillStyle = shade;
      context.fillRect(0, 0, 64, 48);
      return Math.round(brightness(canvas));
    });
    equal(shades, [0, 128, 255]);
  });

  const never = () => new Promise(() => {});
  const none = async () => [];
  const can = async () => ["qr_code"];
  const seen = (...texts) => async () => texts.map((rawValue) => ({ rawValue }));
  const detectors = {
    "that lists nothing": [none, none, [TEXT]],
    "that throws at once": [async () => Promise.reject(new Error("no")), none, [TEXT]],
    "that never says what it can": [never, none, [TEXT]],
    "that throws when it is used": [can, async () => Promise.reject(new Error("no")), [TEXT]],
    "that throws without a promise": [can, () => { throw new Error("no"); }, [TEXT]],
    "that finds nothing": [can, none, [TEXT]],
    "that never answers": [can, never, [TEXT]],
    "that sees only another code": [can, seen(OTHER), [OTHER, TEXT]],
    "that sees another code first": [can, seen(OTHER, TEXT), [OTHER, TEXT]],
  };
  for (const [name, [getSupportedFormats, detect, want]] of Object.entries(detectors)) {
    await test(`scan/a BarcodeDetector ${name}: the code is read, from the camera and from a photo`, async () => {
      await pretending(globalThis, "BarcodeDetector",
        Object.assign(class { detect = detect; }, { getSupportedFormats }), async () => {
        // A module of its own: the choice is made once.
        const fresh = await import("../lib/decode.js?" + name.replaceAll(" ", "-"));
        const shown = await picture("qr.png");
        await hurried(async () => {
          const reader = new fresh.Reader();
          const found = new Set();
          while (!found.has(TEXT)) {
            for (const text of await reader.read(shown)) found.add(text);
            await new Promise((go) => setTimeout(go, 100));
          }
          equal([[...found], await all(fresh.readPhoto(await blob("qr.png")))], [want, want]);
        });
      });
    });
  }
  await test("scan/a detector that works is left alone at first", async () => {
    await pretending(globalThis, "BarcodeDetector",
      Object.assign(class { detect = seen(OTHER); }, { getSupportedFormats: can }), async () => {
      const fresh = await import("../lib/decode.js?alone");
      equal(await new fresh.Reader().read(await picture("qr.png")), [OTHER]);
    });
  });
  await test("scan/without the app's decoder the scanner says so", async () => {
    const states = [];
    const failed = new Promise((resolve) => {
      const scanner =
        new Scanner(document.querySelector("#video"),
          { found: () => {}, state: (state) => states.push(state), failed: resolve });
      pretending(Reader.prototype, "read", async () => Promise.reject(new Error("not loaded")), async () => {
        await scanner.start();
        await failed;
      });
    });
    equal([(await failed).message, states.at(-1)], ["not loaded", "stopped"]);
  });
  await screen();
}

const forbidden = async () => Promise.reject(new DOMException("", "NotAllowedError"));

/** A call takes the camera, or gives it back. @param {MediaStream} stream @param {boolean} muted */
const mute = (stream, muted) =>
  Object.defineProperty(stream.getVideoTracks()[0], "muted", { configurable: true, value: muted });

/** A file of the test's server. @param {string} name */
const blob = async (name) => (await fetch(name)).blob();

/** What stands for a picture of the camera. @param {string} name */
const picture = async (name) => createImageBitmap(await blob(name));

/** What is read in a photo, each text once. @param {AsyncGenerator<string[]>} readings */
async function all(readings) {
  const found = new Set();
  for await (const texts of readings) for (const text of texts) found.add(text);
  return [...found];
}

/** All waits are a hundred times shorter. @param {() => Promise<unknown>} body */
const hurried = (body) => {
  const { setTimeout } = globalThis;
  return pretending(globalThis, "setTimeout", (act, after = 0, ...values) => setTimeout(act, after / 100, ...values),
    body);
};

/**
 * What getUserMedia was asked, and what it says.
 * @param {string} refusal
 * @param {(asked: any) => Promise<unknown>} body
 */
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
      equal((await sees("scan.other")).textContent,
        `This code is for localhost. This Keyturn works with ${location.host} only.`);
      equal([find("[data-state]").dataset.state, asked.times], ["scanning", 1]);
    });
  });

  await test("scan/in a photo of two codes ours is the one that counts", async () => {
    await camera("NotFoundError", async () => {
      await open();
      await tap("scan.on");
      await sees("scan.none");
      const file = new File([await blob("own.png")], "own.png");
      const input = find("#scan-photo");
      const chosen = new DataTransfer();
      chosen.items.add(file);
      input.files = chosen.files;
      input.dispatchEvent(new Event("change"));
      await sees("[data-screen=confirm]");
    });
  });

  await test("scan/hidden it lets the camera go, and comes back with it", async () => {
    await camera("", async (asked) => {
      await open();
      await tap("scan.on");
      await sees("[data-state=scanning]");
      await pretending(document, "hidden", true,
        async () => void document.dispatchEvent(new Event("visibilitychange")));
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

  await test("scan/a camera that is taken away is said to be, and starts again with a tap", async () => {
    await camera("", async (asked) => {
      await open();
      await tap("scan.on");
      await sees("[data-state=scanning]");
      asked.streams[0].getTracks()[0].stop(); // as if
      equal((await sees("scan.paused")).textContent, "The camera has stopped. A call or another app may be using it.");
      await tap("scan.black");
      await sees("[data-state=scanning]");
      equal(asked.times, 2);
    });
  });

  await test("scan/while nobody looks no camera is opened", async () => {
    await camera("", async (asked) => {
      await open();
      await pretending(document, "hidden", true, async () => {
        await tap("scan.on");
        document.dispatchEvent(new Event("visibilitychange"));
        await new Promise((go) => setTimeout(go, 100));
        equal(asked.times, 0, "hidden");
      });
      document.dispatchEvent(new Event("visibilitychange"));
      await sees("[data-state=scanning]");
      equal(asked.times, 1);
    });
  });

  for (const [name, refusal, says] of [["refused", "NotAllowedError", "scan.denied"],
    ["in use elsewhere", "NotReadableError", "scan.busy"], ["that isn't there", "NotFoundError", "scan.none"]]) {
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
      await pretending(navigator.mediaDevices, "getUserMedia", async () => (asked.times++, blank.captureStream(30)),
        async () => {
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
