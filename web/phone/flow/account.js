// One account of this phone: what it is, and how it leaves.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { dayTime } from "../lib/clock.js";
import { is } from "../lib/problem.js";
import { standalone } from "../lib/system.js";
import { language, list, serviceName } from "../lib/words.js";
import { Account, Gone, Locked } from "../view/account.js";
import { Recent } from "../view/home.js";
import { EnterPin } from "../view/pin.js";
import { endedOf } from "./home.js";
import { fault, isLocked, useFault } from "./say.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../lib/device.js").Account} Row */
/** @typedef {import("../view/part.js").Fault} Fault */

/** @param {App} app @param {string} device */
const find = (app, device) => app.phone?.accounts().find((account) => account.device === device);

/** P13, P17, P18. @param {{app: App, device: string}} props */
export function AccountFlow({ app, device }) {
  const row = find(app, device);
  useEffect(() => {
    if (!row) app.nav.home(); // removed in another window
  }, [row]);
  if (!row) return null;
  const forget = async () => {
    await app.phone?.forget(device);
    removed(app, row);
  };
  if (row.state === "active") return html`<${ActiveAccount} app=${app} row=${row} />`;
  if (row.state === "pin_locked") return html`<${Locked} accounts=${row.account.name} back=${() => app.nav.back()}
    onAgain=${() => app.nav.go("Recover")} onForget=${forget} />`;
  const { to, time } = row.ended ?? { to: null, time: null };
  const kind = kindOf(row);
  const again = kind === "removed" || kind === "unknown" ? () => app.nav.go("Recover") : undefined;
  return html`<${Gone} kind=${kind} onAgain=${again} account=${row.account.name} to=${to ?? ""}
    time=${time ? dayTime(time, language()) : ""} back=${() => app.nav.back()} onForget=${forget} />`;
}

/**
 * How it ended, or why it stands still, P17.
 * @param {Row} row
 * @returns {"moved" | "removed" | "paused" | "lost" | "clone" | "unknown"}
 */
function kindOf({ state, ended }) {
  if (state === "unknown") return "unknown";
  const { reason, to } = ended ?? {};
  if (state === "suspended") return reason === "clone" ? "clone" : reason === "lost" && to ? "lost" : "paused";
  return (reason === "moved" || reason === "lost") && to ? "moved" : "removed";
}

/** @param {{app: App, row: Row}} props */
function ActiveAccount({ app, row }) {
  const { device, account, service, phoneName, unlock, added, probationEnds } = row;
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useFault();
  const leave = useLeave(app, asking && unlock === "platform" ? device : "");
  const go = () => {
    if (unlock === "pin") return app.nav.go("Remove", { device });
    /** @type {Promise<any> | undefined} */
    const sending = leave.current?.send(); // first, so that the system's sheet opens from this tap
    setBusy(true);
    setProblem(null);
    return (sending ?? Promise.reject()).then(() => removed(app, row), (failure) => setProblem(fault(failure)))
      .finally(() => (setBusy(false), setAsking(false)));
  };
  const shown = {
    name: account.name, service: serviceName(service), host: app.host, phoneName, unlock, installed: standalone(),
    added: dayTime(added / 1000, language()), until: probationEnds ? dayTime(probationEnds / 1000, language()) : "",
  };
  const own = app.phone?.inbox.requests.filter((request) => request.device === device) ?? [];
  const ended = own.filter(({ state }) => state !== "waiting" && state !== "refused");
  return html`<${Account} account=${shown} recent=${html`<${Recent} ended=${ended.map(endedOf)} />`} asking=${asking}
    busy=${busy} problem=${problem} back=${() => app.nav.back()} onRespond=${() => app.nav.go("Respond", { device })}
    onRemove=${() => setAsking(true)} onKeep=${() => setAsking(false)} onGo=${go} />`;
}

/** The Keyturn PIN, to leave an account. @param {{app: App, device: string}} props */
export function RemoveFlow({ app, device }) {
  const row = useRef(find(app, device)).current;
  const [left, setLeft] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useFault();
  const [busy, setBusy] = useState(false);
  const leave = useLeave(app, device);
  const go = async (/** @type {string} */ pin) => {
    setBusy(true);
    setProblem(null);
    try {
      leave.current ??= await app.phone?.leave(device);
      await leave.current.send(pin);
      return removed(app, row);
    } catch (failure) {
      if (isLocked(failure)) return app.nav.reset("Locked");
      const tries = is(failure, "pin_wrong") ? failure.triesLeft : null;
      setLeft(tries);
      if (tries === null) setProblem(fault(failure));
    }
    return setBusy(false);
  };
  return html`<${EnterPin} name="remove" k="account.remove.unlock" lead=${row?.account.name}
    sub=${serviceName(row?.service ?? "")} left=${left} problem=${problem} busy=${busy} go="account.remove.go"
    work="account.remove.work" back=${() => app.nav.back()} onGo=${go} />`;
}

/**
 * The call is made ready before the tap.
 * @param {App} app
 * @param {string} device  empty: not yet
 * @returns {{current: any}}
 */
function useLeave(app, device) {
  const leave = useRef(/** @type {any} */ (null));
  useEffect(() => {
    if (!device) return undefined;
    app.phone?.leave(device).then((made) => (leave.current = made), () => {});
    return () => leave.current?.close();
  }, [device]);
  return leave;
}

/** @param {App} app @param {Row | undefined} row */
function removed(app, row) {
  app.nav.home();
  app.note = { k: "account.removed", v: { account: row?.account.name ?? "" } };
  app.draw();
}

/** P18: all accounts that the PIN locked. @param {{app: App}} props */
export function LockedFlow({ app }) {
  const rows = (app.phone?.accounts() ?? []).filter(({ state, unlock }) => state === "pin_locked" || unlock === "pin");
  const forget = async () => {
    for (const { device } of rows) await app.phone?.forget(device);
    app.nav.home();
  };
  return html`<${Locked} accounts=${list(rows.map(({ account }) => account.name))} back=${() => app.nav.home()}
    onAgain=${() => app.nav.go("Recover")} onForget=${forget} />`;
}
