// Follows a request or an activation: by an event stream, and by asking every
// two seconds where streams don't arrive.

/**
 * @typedef {{ state: string, page: string, say?: string, left: number, scan?: number, read?: boolean }} Event of
 *   spec/portal.md
 */

const silence = 3000; // milliseconds; a stream that brought nothing for so long is held back by a proxy
const pace = 2000; // milliseconds

/**
 * Tells each event until one of them, or a page that is gone, ends it.
 * @param {string} path of the stream
 * @param {(event: Event) => boolean} tell  returns whether to go on
 * @param {(status: number) => void} lost  0: the server can't be reached; another status: there is nothing to follow
 */
export function follow(path, tell, lost) {
  let heard = false, over = false, asking = 0, missing = 0;
  const source = new EventSource(path);
  const end = () => {
    over = true;
    source.close();
    clearInterval(asking);
    clearTimeout(missing);
  };

  /** @param {Event} event */
  const hear = (event) => {
    heard = true;
    clearTimeout(missing);
    missing = 0;
    if (!over && !tell(event)) end();
  };
  const ask = async () => {
    if (over) return;
    try {
      const answer = await fetch(path, { headers: { Accept: "application/json" } });
      if (answer.ok) return hear(await answer.json());
      if (answer.status >= 500) return lost(0);
      end();
      lost(answer.status);
    } catch {
      lost(0);
    }
  };
  const poll = () => {
    if (asking || over) return;
    source.close();
    ask();
    asking = setInterval(ask, pace);
  };

  source.onmessage = (event) => hear(JSON.parse(event.data));
  source.onerror = () => {
    if (over) return;
    if (source.readyState === EventSource.CLOSED) poll(); // refused: asking once more says why
    // It comes back by itself: nobody needs to hear of it.
    else if (!missing) missing = setTimeout(() => { missing = 0; ask(); }, silence);
  };
  setTimeout(() => { if (!heard) poll(); }, silence);
  // A tab that slept asks the moment it wakes, and once more when the network is back.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  addEventListener("online", ask);
}
