import { unb64, b64 } from "../lib/bytes.js";
import { hash, lines, split } from "../lib/text.js";
import { equal, hex, refuses, test, vectors } from "./check.js";

export default async function () {
  const v = await vectors("lines");
  for (const { name, context, fields, text, sha256 } of v.build) {
    await test(`lines/${name}`, async () => {
      equal(lines(context, ...fields), text);
      equal(b64(await hash(text)), sha256, "hash");
    });
  }
  for (const { name, context, fields } of v.build_refused) {
    await test(`lines/${name}`, () => refuses(() => lines(context, ...fields), "RangeError: field can't be a line"));
  }
  for (const { name, context, count, text, valid, fields } of v.read) {
    await test(`lines/read ${name}`, () => equal(split(text, context, count), valid ? fields : null));
  }
  for (const { input, valid, hex: want } of v.base64url) {
    await test(`lines/base64url ${JSON.stringify(input)}`, () => {
      const bytes = unb64(input);
      equal(bytes && hex(bytes), valid ? want : null);
    });
  }
  await test("lines/half a character is refused",
    () => refuses(() => lines("one", "a\ud800"), "RangeError: field can't be a line"));
}
