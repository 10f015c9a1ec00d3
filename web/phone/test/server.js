// A pretend server: the other end of the protocol, in the page, for tests of the
// phone's flows. It checks signatures, proofs and nonces as a server does, keeps
// what was sent, and can lose an answer.

import { b64 } from "../lib/bytes.js";
import { hash, lines } from "../lib/text.js";
import { Desk, id, refuse } from "./desk.js";
import { begin, finish } from "./pindesk.js";
import { verifies, verifyKey } from "./rawkeys.js";

export class Server extends Desk {
  requests = [];
  sent = []; // {path, body} of every call
  lost = ""; // the next answer to a path that ends like this is lost
  waiters = [];
  vapid = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"; // a point of P-256
  taken = true; // whether the push service takes what is pushed
  busy = 0; // answers in work
  most = 0;

  send = async (url, { method, body, headers, signal }) => {
    const { pathname, search } = new URL(url);
    const call = { method, path: pathname, target: pathname + search, raw: body ?? new Uint8Array(), headers, signal };
    call.body = body?.length ? JSON.parse(new TextDecoder().decode(body)) : null;
    this.sent.push({ path: pathname, body: call.body });
    const cut = this.cut?.(pathname); // "before" the server has it, or "after"
    if (this.offline || cut === "before") throw new TypeError("network");
    let answer;
    try {
      answer = { status: 200, body: await this.route(call) };
    } catch (refusal) {
      if (!refusal.status) throw refusal;
      answer = refusal;
    }
    if (cut === "after") throw new TypeError("network");
    if (this.lost && pathname.endsWith(this.lost)) {
      this.lost = "";
      throw new TypeError("network");
    }
    return new Response(JSON.stringify(answer.body),
      { status: answer.status, headers: { "Keyturn-Nonce": this.nonce } });
  };

  count(path) {
    return this.sent.filter((call) => call.path.endsWith(path)).length;
  }

  async route(call) {
    const { path } = call;
    if (path === "/v1/server") {
      return { name: this.name ?? "Harbor Lane", names: this.names, pin: { min: 4, max: 6 },
        unlock: ["pin", "platform"], vapid_key: this.vapid };
    }
    if (path.endsWith("/look")) return this.look(call);
    if (path.endsWith("/redeem")) return this.redeem(call);
    const device = await this.caller(call);
    if (path.startsWith("/v1/pin/")) return this.pin(device, call);
    if (path.endsWith("/finish")) return this.finish(device, call);
    if (path.endsWith("/stop")) {
      setTimeout(() => this.told?.());
      return Object.assign(device.activation, { state: "cancelled", cause: call.body.cause });
    }
    if (path.startsWith("/v1/activations/")) {
      return { state: device.activation.state, cause: device.activation.cause, tries_left: device.activation.left };
    }
    if (device.state === "removed") {
      throw refuse(410, "device_removed", { reason: "moved", to: "Pixel 9", time: 1893456000 });
    }
    if (path === "/v1/device") return { device: { state: device.state, pin_epoch: device.epoch ?? 1 } };
    if (path === "/v1/pending") return this.pending(device, call);
    if (path.startsWith("/v1/push")) return this.push(device, call);
    if (path.endsWith("/answer")) return this.answer(device, call);
    if (path.endsWith("/remove")) return this.remove(device, call);
    return {};
  }

  /** A browser asks. */
  ask(deviceId, more = {}) {
    const device = this.devices.get(deviceId);
    const request = { id: id("req"), state: "waiting", number: "042317", carry: "number", device: deviceId, ...more };
    const { id: account, name } = device.account;
    request.text = lines("challenge", this.origin, request.id, more.shownDevice ?? deviceId, account, name,
      more.app ?? "Portal", "sign_in", "", more.browser ?? "Firefox on Windows", "203.0.113.7", "Lyon, France",
      String(1893456000 + this.requests.length), request.carry);
    this.requests.push(request);
    this.wake();
    return request;
  }

  wake() {
    for (const waiter of this.waiters.splice(0)) waiter();
  }

  async pending(device, { target, signal }) {
    const since = new URLSearchParams(target.split("?")[1] ?? "").get("since");
    const requests = () => this.requests.filter((request) => request.device === device.id);
    const version = () => "v" + requests().map((request) => request.state).join("+");
    while (since === version() && !signal.aborted) {
      await new Promise((resolve) => {
        this.waiters.push(resolve);
        signal.addEventListener("abort", resolve);
      });
    }
    return { version: version(), device: { state: device.state, pin_tries_left: device.tries, push: device.told },
      notices: this.notices ?? [],
      requests: requests().map(({ id, state, text }) =>
        state === "waiting" ? { request: id, challenge: text, expires_in: 97, tries_left: 3 }
          : { request: id, state, by: "Pixel 9" }) };
  }

  /** One phone calls this server. */
  pin(device, call) {
    const all = [...this.devices.values()].filter(({ state }) => state !== "removed");
    if (call.path.endsWith("/begin")) return begin(device, all, call);
    return finish(this.origin, all, call, () => refuse(403, "pin_wrong", { tries_left: --device.tries }));
  }

  push(device, { method, path, body }) {
    if (path.endsWith("/test")) {
      if (!device.push) throw refuse(400, "push_refused");
      return { sent: this.taken };
    }
    if (body?.endpoint.startsWith("https://refused.")) throw refuse(400, "push_refused");
    device.push = method === "PUT" ? body : null;
    if (method === "DELETE") device.pushOff = false;
    return { push: device.push && !device.pushOff ? "ok" : "off" };
  }

  async answer(device, { body, path }) {
    this.most = Math.max(this.most, ++this.busy);
    await new Promise((resolve) => setTimeout(resolve, 20)); // long enough for another to overlap, if it could
    this.busy--;
    const known = device.results?.get(body.answer);
    if (known) return known;
    if (!(await verifies(await verifyKey(device.key), body.answer, body.signature))) {
      throw refuse(400, "answer_refused");
    }
    const fields = body.answer.split("\n");
    const request = this.requests.find((request) => path.includes(request.id));
    const counter = Number(fields[9]);
    if (counter <= device.counter || fields[4] !== b64(await hash(request.text))) throw refuse(400, "answer_refused");
    device.counter = counter;
    if (request.state !== "waiting") throw refuse(410, "request_gone", { state: request.state });
    if (fields[5] === "approve") {
      await this.prove(device, body.answer, body.proof);
      if (fields[6] === "number" && fields[7] !== request.number) throw refuse(403, "number_wrong", { tries_left: 2 });
    }
    request.state = { approve: "approved", deny: "denied", report: "reported" }[fields[5]];
    (device.results ??= new Map()).set(body.answer, { state: request.state });
    this.wake();
    return { state: request.state };
  }

  async remove(device, { body, headers }) {
    const nonce = headers.Authorization.match(/nonce=(\w+)/)[1];
    await this.prove(device, lines("remove", this.origin, device.id, nonce), body.proof);
    device.state = "removed";
    return { state: "removed" };
  }
}
