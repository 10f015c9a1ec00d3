// Leads the browser to the application. Going back from there leads to before the sign-in.

import { element } from "../page/element.js";

location.replace(element("onward", HTMLAnchorElement).href);
