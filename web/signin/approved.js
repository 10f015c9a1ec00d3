// The phone has approved: goes on at once.

import { element } from "../page/element.js";

element("redeem", HTMLFormElement).requestSubmit();
