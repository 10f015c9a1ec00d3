import { readCode, readFragment, readLink, readScan, show } from "../lib/code.js";
import { equal, test, vectors } from "./check.js";

export default async function () {
  const { origin, codes, sign_in_links: links } = await vectors("codes");
  for (const { name, context, input, valid, code, shown, reason } of codes) {
    await test(`codes/${name}`, async () => {
      const read = await readCode(input, origin, context);
      equal(read.code ?? null, valid ? code : null, "code");
      if (valid) equal(context === "code" ? show(code) : code.replace(/^.{8}/, "$&-"), shown, "shown");
      // Another kind's code is told apart where the vector only says that its check is wrong.
      else equal(read.problem === "recovery" ? "check" : read.problem, reason, "problem");
    });
  }
  for (const { name, input, valid, request, secret } of links) {
    await test(`codes/link ${name}`, () => equal(readLink(input, origin), valid ? { request, secret } : null));
  }
  const good = links.find((/** @type {any} */ link) => link.valid);
  await test("codes/A83 a link never carries its secret", () =>
    equal(readFragment(new URL(good.input).hash), { kind: "sign_in", request: good.request }));
  await test("codes/a scan carries it", async () =>
    equal(await readScan(good.input, origin), { kind: "sign_in", request: good.request, secret: good.secret }));
  await test("codes/a scan of another server names it", async () =>
    equal(await readScan("https://evil.example/p/#0QTC13462CXD2PHN", origin), { kind: "other", host: "evil.example" }));
  const recovery = codes.find((/** @type {any} */ code) => code.context === "recovery" && code.valid);
  await test("codes/a recovery code is known as one",
    async () => equal((await readCode(recovery.input, origin)).problem, "recovery"));
}
