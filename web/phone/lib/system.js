// What kind of phone and browser this is, as far as a page can tell.

/** The kind of phone. @returns {"android" | "ios" | "other"} as the server is told */
export function platform() {
  const name = systemName();
  return name === "android" ? "android" : name === "iphone" || name === "ipad" ? "ios" : "other";
}

/**
 * The kind of device, as the person would call it.
 * @returns {"android" | "iphone" | "ipad" | "phone" | "computer"}
 *   phone: of any other system, or one that asks for the pages of a computer
 */
export function systemName() {
  const { userAgent: agent, maxTouchPoints: fingers } = navigator;
  if (/android/i.test(agent)) return "android";
  if (/iPhone|iPod/.test(agent)) return "iphone";
  // An iPad says that it is a Mac, but no Mac has a screen to touch.
  if (/iPad/.test(agent) || (/Macintosh/.test(agent) && fingers > 1)) return "ipad";
  if (/Mobile|Tablet|\(Phone|KAIOS|Sailfish/i.test(agent)) return "phone";
  // Android says that it is Linux; a computer with a screen to touch has something finer too.
  return /Linux/.test(agent) && fingers > 1 && !matchMedia("(any-pointer: fine)").matches ? "phone" : "computer";
}

/** Whether the app was opened from the home screen. */
export function standalone() {
  return matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;
}

/**
 * How the windows of other apps call themselves. The names of their makers' own browsers, such as MQQBrowser, aren't
 * among them.
 */
const APPS = new RegExp(["MicroMessenger", "wxwork", "\\bQQ\\/", "Qzone", "QQMusic", "Weibo", "AlipayClient",
  "AliApp\\(", "WindVane", "DingTalk", "\\bLark", "Feishu", "aweme", "musical_ly", "trill_", "Bytedance",
  "NewsArticle", "TTWebView", "baiduboxapp", "xhs", "\\bdiscover\\/", "bili", "Zhihu", "Meituan", "Titans",
  "dianping", "jdapp", "jdlt", "pinduoduo", "phh_", "Kwai", "Kuaishou", "NeteaseMusic", "Ctrip", "Eleme",
  "UnionPay", "amap", "\\bLine\\/", "KAKAO", "NAVER\\(", "Telegram", "Twitter", "LinkedIn", "Teams",
  "\\bFB(AN|AV|IOS|_IAB)", "Instagram", "Barcelona", "Snapchat", "Pinterest", "WhatsApp", "Slack", "Discord",
  "Viber", "Zalo", "VKAndroid", "VKClient", "\\bGSA\\/", "; wv\\)"].join("|"), "i");

/** Whether this is a window of another app, which may lose what it stores: no key is made there. */
export function inApp() {
  const { userAgent: agent } = navigator;
  if (standalone()) return false;
  if (APPS.test(agent)) return true;
  // On Apple's systems each browser says that it is Safari too, and a plain window of an app doesn't.
  if (/iPhone|iPad|iPod/.test(agent)) return !/Safari\//.test(agent);
  return /Version\/4\.0 Chrome\//.test(agent) && !/Browser|Quark|OPR/i.test(agent);
}

/**
 * Whether what this window keeps is gone when it closes: a private one of Firefox, which has no files for a page there.
 * Chromium's looks like any other to a page, and in Safari no key is made in a window.
 * @returns {Promise<boolean>}
 */
export async function passing() {
  try {
    await navigator.storage?.getDirectory?.();
    return false;
  } catch (refusal) {
    return /** @type {Error} */ (refusal).name === "SecurityError";
  }
}

/** Asks the system; it never fails. @returns {Promise<boolean>} whether the phone's own unlock can be asked for */
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
