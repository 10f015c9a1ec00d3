// Phones and accounts that tests begin with.

import { Phone } from "../lib/phone.js";
import { Server } from "./server.js";

export const CODE = "0QTC13462CXD2PHN";
export const PIN = "7Kq2";
let made = 0;

/** A server with one code per name, and a phone with a storage of its own. @param {...string} names */
export async function fixture(...names) {
  const server = new Server();
  names.forEach((name, i) => server.codes.set(String(i), { name }));
  const storage = `keyturn-test-${Date.now()}-${made++}`;
  return { server, storage, phone: await open(server, storage) };
}

/** @param {Server} server @param {string} storage */
export const open = (server, storage) => Phone.open({ name: storage, send: server.send });

/** Set up, not activated. @param {Phone} phone @param {string} code @param {"pin" | "platform"} [unlock] */
export async function setUp(phone, code, unlock = "pin") {
  return phone.prepare(await phone.look(code), { name: "Pixel 9", unlock });
}

/** @returns {Promise<string>} the device @param {Phone} phone @param {Server} server @param {string} code */
export async function activated(phone, server, code, unlock = /** @type {"pin" | "platform"} */ ("pin")) {
  const activation = await (await setUp(phone, code, unlock)).activate(unlock === "pin" ? PIN : undefined);
  server.check(activation.device, activation.check);
  await activation.wait(new AbortController().signal);
  return activation.device;
}

/** All that is stored, bytes as text. @param {Phone} phone */
export async function stored(phone) {
  const seen = JSON.stringify(await phone.keys.devices(), (_, value) =>
    value instanceof Uint8Array ? btoa(String.fromCharCode(...value))
      : value instanceof CryptoKey ? { extractable: value.extractable } : value);
  return seen;
}
