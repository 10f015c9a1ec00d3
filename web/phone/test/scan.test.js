// The scanner, with a camera that shows one QR code (the driver's fake video).

import { readPhoto, Scanner } from "../lib/scan.js";
import { equal, test } from "./check.js";

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
}
