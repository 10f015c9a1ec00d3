// D7: while a recovery code is typed, the phone may still approve.

import { data, element } from "../page/element.js";
import { follow } from "../door/follow.js";

const box = element("recover", HTMLElement), request = data(box, "request");
let leaving = false; // the code was sent: what it leads to is shown
for (const form of box.querySelectorAll("form")) form.addEventListener("submit", () => { leaving = true; });

// A request that ends otherwise leaves the field alone: the code is good as long as the password counts.
if (request) follow(`/sign-in/events?request=${request}&way=`, (event) => {
  if (event.page === "approved" && !leaving) location.assign(`/sign-in/wait?request=${request}`);
  return event.page === "wait";
}, () => {});
