// What browsers call themselves.

const apple = (/** @type {string} */ more, system = "18_1") =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)`
  + (more && " " + more);
const android = (/** @type {string} */ more, phone = "Android 15; Pixel 9") =>
  `Mozilla/5.0 (Linux; ${phone}) AppleWebKit/537.36 (KHTML, like Gecko) ${more}`;
const view = (/** @type {string} */ more) =>
  android(`Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 ${more}`, "Android 14; V2309A Build/UP1A; wv");
const old = (/** @type {string} */ more) =>
  android(`Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 ${more}`, "Android 13; 22081212C");

/** Windows of other apps. */
export const INSIDE = [
  apple("Mobile/15E148 MicroMessenger/8.0.50(0x18003231) NetType/WIFI Language/zh_CN"),
  view("XWEB/1160117 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560"),
  apple("Mobile/15E148 wxwork/4.1.22 MicroMessenger/7.0.1"), apple("Mobile/15E148 QQ/9.1.20.618 V1_IPH_SQ_9.1.20"),
  old("MQQBrowser/6.2 TBS/046295 V1_AND_SQ_9.0.8 QQ/9.0.8.14755"),
  apple("Mobile/15E148 Weibo (iPhone16,1__weibo__14.10.0__iphone__os18.1)"),
  old("AlipayDefined AliApp(AP/10.6.60) AlipayClient/10.6.60 Language/zh-Hans"),
  apple("Mobile/15E148 AliApp(TB/10.40.10) WindVane/8.7.2 iphone"), old("AliApp(TM/15.2.0) WindVane/8.7.2"),
  apple("Mobile/15E148 AliApp(DingTalk/7.6.15) com.laiwang.DingTalk/38 DingTalk"),
  old("Lark/7.30.6 LarkLocale/zh_CN"), apple("Mobile/15E148 Feishu/7.30"),
  apple("Mobile/15E148 aweme_32.1.0 JsSdk/2.0 BytedanceWebview/d8a21c6"), view("aweme_320100 BytedanceWebview/d8a21c6"),
  apple("Mobile/15E148 musical_ly_37.1.0 BytedanceWebview/d8a21c6"), view("NewsArticle/9.9.5 TTWebView/0751130041414"),
  apple("Mobile/15E148 Safari/604.1 baiduboxapp/13.72.0.10 (Baidu; P2 18.1)"),
  old("baiduboxapp/13.72.0.10"), apple("Mobile/15E148 discover/8.60 (iPhone;iOS 18.1) XHS/8.60"),
  view("xhsdiscover/8.60.0 NetType/WiFi"), apple("Mobile/15E148 BiliApp/82000100 mobi_app/iphone"),
  old("BiliApp/8200300 mobi_app/android"), apple("Mobile/15E148 ZhihuHybrid osee2unifiedRelease/10.28.0"),
  view("TitansX/20.14.1 KNB/1.2.0 android/14 com.sankuai.meituan/12.25 MeituanGroup/12.25"),
  apple("Mobile/15E148 TitansX/12.9.1 KNB/1.0 iOS/18.1 dianping/11.30"), view("jdapp;android;13.2.8"),
  old("phh_android_version/7.30 pinduoduo"), view("Kwai/12.10 Kuaishou KSWebview"),
  apple("Mobile/15E148 Safari Line/14.18.0"), view("Line/14.18.0/IAB"), apple("Mobile/15E148 KAKAOTALK 24.10.0"),
  old("KAKAOTALK 2410890 NAVER(inapp; search; 1200)"),
  android("Chrome/131.0.0.0 Mobile Safari/537.36 Telegram-Android/11.4.2 (Google Pixel 9)"),
  apple("Mobile/15E148 Twitter for iPhone/10.65"), android("Chrome/131.0.0.0 Mobile Safari/537.36 TwitterAndroid"),
  apple("Mobile/15E148 [LinkedInApp]/9.30.1"), apple("Mobile/15E148 TeamsMobile-iOS/6.20"),
  apple("Mobile/15E148 [FBAN/FBIOS;FBAV/490.0]"), view("[FB_IAB/FB4A;FBAV/490.0;]"),
  apple("Mobile/15E148 Instagram 350.0.0"), apple("Mobile/15E148 Barcelona 350.0"),
  apple("Mobile/15E148 Snapchat/13.15"), apple("GSA/343.0 Mobile/15E148 Safari/604.1"),
  view("Slack"), apple("Mobile/15E148"), view(""), old("CUSTOM/1"),
];

/** Browsers. @type {[string, "android" | "ios"][]}  with the page that they get */
export const BROWSERS = [
  [apple("Version/18.1 Mobile/15E148 Safari/604.1"), "ios"], [apple("CriOS/131.0 Mobile/15E148 Safari/604.1"), "ios"],
  [apple("FxiOS/132.0 Mobile/15E148 Safari/604.1"), "ios"],
  [apple("EdgiOS/131.0 Version/18.0 Mobile/15E148 Safari/604.1"), "ios"],
  [android("Chrome/131.0.0.0 Mobile Safari/537.36"), "android"],
  ["Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "android"],
  [android("SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"), "android"],
  [old("XiaoMi/MiuiBrowser/18.8"), "android"], [old("MQQBrowser/15.5"), "android"],
  [old("UCBrowser/17.2 U4/2.1"), "android"],
  [old("HeyTapBrowser/40.8"), "android"], [old("VivoBrowser/22.4"), "android"], [old("Quark/7.4.5"), "android"],
  [android("Chrome/114.0.0.0 Mobile Safari/537.36 HuaweiBrowser/15.0", "Android 12; HarmonyOS; NOH-AN00"), "android"],
  ["Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36  ArkWeb/4.1.6.1 Mobile", "android"],
  ["Mozilla/5.0 (Tablet; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1", "android"],
  ["Mozilla/5.0 (Mobile; Nokia 2780; rv:84.0) Gecko/84.0 Firefox/84.0 KAIOS/3.1", "android"],
  ["Mozilla/5.0 (Linux; U; Sailfish 4.6; Mobile; rv:91.0) Gecko/91.0 Firefox/91.0 SailfishBrowser/1.0", "android"],
];

/** Phones that say that they are computers, and have no pointer but a finger. */
export const DISGUISED = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
];

export const COMPUTERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
  "Mozilla/5.0 (PC; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
];
