// The phone app begins here. What it was opened with, perhaps a code, leaves the
// address before anything else runs or loads.

const fragment = location.hash;
history.replaceState(null, "", location.pathname);

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
import("./flow/start.js").then(({ start }) => start(fragment, root), unread);

/** There are no words yet but those of the page. @param {unknown} error */
function unread(error) {
  console.error(error);
  const old = error instanceof SyntaxError && !/export|binding/i.test(error.message); // not of another version
  const say = /** @type {HTMLElement} */ (document.getElementById(old ? "old" : "unloaded"));
  for (const line of say.querySelectorAll("p")) { // not in the page: browsers without styles show what is hidden
    const again = document.createElement("button");
    const onclick = () => ((location.hash = fragment), location.reload());
    Object.assign(again, { type: "button", className: "btn", textContent: line.dataset.again, onclick });
    line.replaceChildren(line.dataset.text ?? "", ...(line.dataset.again ? [again] : []));
  }
  say.hidden = false;
}
