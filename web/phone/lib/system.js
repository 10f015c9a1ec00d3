// What kind of phone and browser this is, as far as a page can tell.

/** @returns {"android" | "ios" | "other"} */
export function platform() {
  const name = systemName();
  return name === "android" ? "android" : name === "computer" ? "other" : "ios";
}

/** @returns {"android" | "iphone" | "ipad" | "computer"} */
export function systemName() {
  const agent = navigator.userAgent;
  if (/android/i.test(agent)) return "android";
  if (/iPhone|iPod/.test(agent)) return "iphone";
  // An iPad says that it is a Mac, but no Mac has a screen to touch.
  return /iPad/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1) ? "ipad" : "computer";
}

/** Whether the app was opened from the home screen. */
export function standalone() {
  return matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;
}

/** @returns {string | null} the app whose window shows this page, such as "wechat" */
export function inApp() {
  const marks = { wechat: "MicroMessenger", weibo: "Weibo", alipay: "AlipayClient", qq: "QQ/", dingtalk: "DingTalk",
    lark: "Lark", facebook: "FBAN", facebookAndroid: "FB_IAB", instagram: "Instagram" };
  return Object.entries(marks).find(([, mark]) => navigator.userAgent.includes(mark))?.[0] ?? null;
}

/** @returns {Promise<boolean>} whether the phone's own unlock can be asked for */
export async function hasPlatformUnlock() {
  try {
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

/**
 * Asks that the keys are not thrown away when the phone is short of room.
 * @returns {Promise<boolean>}
 */
export async function persist() {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}
