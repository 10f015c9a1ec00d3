// The phone app begins here. What it was opened with, perhaps a code, leaves the
// address before anything else runs or loads.

const fragment = location.hash;
history.replaceState(null, "", location.pathname);

import("./flow/start.js").then(({ start }) => start(fragment, /** @type {HTMLElement} */ (document.getElementById("app"))));
