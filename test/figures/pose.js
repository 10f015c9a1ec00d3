// Makes a page ready for its picture, says what the picture shows, and puts
// everything back. The whole file is one expression: a function of the page.
//
// find: finds an element by selector or key; figure: an entry of
// web/help/figures/figures.json; samples: what a picture shows in place of what
// is different each time.

(find, figure, samples) => {
  const back = []; // what puts the page back, newest last
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
  const texts = (root) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    for (let n = walk.nextNode(); n; n = walk.nextNode()) if (shown(n.parentElement)) found.push(n);
    return found;
  };

  const hide = () => {
    const sheet = new CSSStyleSheet(), before = document.adoptedStyleSheets;
    // Rings are the guide's.
    sheet.replaceSync(samples.hide + " { display: none !important } :focus-visible { outline: none !important }");
    document.adoptedStyleSheets = [...before, sheet];
    back.push(() => { document.adoptedStyleSheets = before; });
  };

  // The page hears of it, as if a person typed.
  const type = (field, value) => {
    const write = (text) => {
      field.value = text;
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      field.dispatchEvent(new FocusEvent("blur"));
    };
    const before = field.value;
    write(value);
    back.push(() => write(before));
  };

  const choose = (radio) => {
    const before = all(`input[name="${radio.name}"]`).find((e) => e.checked);
    radio.checked = true;
    back.push(() => { (before ?? radio).checked = before !== undefined; });
  };

  const say = (node, text) => {
    const before = node.data;
    if (before === text) return;
    node.data = text;
    back.push(() => { node.data = before; });
  };

  const sampled = new Set(); // texts that are samples already
  // The signs of a code become those of its sample; how it is grouped stays, and words around digits do.
  const codes = (selector, list) => all(selector).forEach((e, i) => {
    const sample = [...list[Math.min(i, list.length - 1)]], signs = sample.every((sign) => /\d/.test(sign)) ? /\d/g
      : /[0-9A-Z]/g;
    for (const node of texts(e)) {
      say(node, node.data.replace(signs, () => sample.shift() ?? ""));
      sampled.add(node);
    }
  });

  const words = (list) => {
    for (const node of texts(document.body)) {
      if (!sampled.has(node)) {
        say(node, list.reduce((text, [from, to]) => text.replace(new RegExp(from, "g"), to), node.data));
      }
    }
  };

  const draw = (svg, [box, paper, ink]) => {
    const before = [svg.getAttribute("viewBox"), ...[...svg.children].map((path) => path.getAttribute("d"))];
    const set = ([box, ...paths]) => {
      svg.setAttribute("viewBox", box);
      paths.forEach((d, i) => svg.children[i].setAttribute("d", d));
    };
    set([box, paper, ink]);
    back.push(() => set(before));
  };

  // The camera sees a computer's screen with a code.
  const film = async ([box, , ink]) => {
    const video = document.querySelector("video"), canvas = document.createElement("canvas"),
      c = canvas.getContext("2d");
    [canvas.width, canvas.height] = [720, 960];
    for (const [colour, ...at] of [["#5B6570", 0, 0, 720, 960], ["#1B222A", 40, 190, 640, 590],
      ["#F6F7F9", 60, 210, 600, 550], ["#FFF", 180, 300, 360, 360]]) {
      c.fillStyle = colour;
      c.fillRect(...at);
    }
    const scale = 360 / Number(box.split(" ")[2]);
    c.translate(180, 300);
    c.scale(scale, scale);
    c.fillStyle = "#000";
    c.fill(new Path2D(ink));
    const stream = canvas.captureStream(10);
    const seen = new Promise((r) => video.requestVideoFrameCallback(r));
    video.srcObject = stream;
    await video.play();
    c.fillRect(0, 0, 0, 0); // a canvas that is drawn on makes a picture of its film
    await seen;
    back.push(() => {
      video.srcObject = null;
      stream.getTracks()[0].stop();
    });
  };

  // The browser's own line above the page, with its menu.
  const address = (text) => {
    const bar = document.createElement("div"), field = document.createElement("p"), dots = document.createElement("b");
    bar.style.cssText = "display: flex; align-items: center; gap: 8px; padding: 10px 12px; background: #DDE3E8; color: #15202B";
    field.style.cssText = "flex: 1; max-width: none; padding: 8px 16px; border-radius: 22px; background: #FFF";
    dots.style.cssText = "padding: 8px; letter-spacing: .1em";
    [field.id, field.textContent, dots.id, dots.textContent] = ["address", text, "dots", "•••"];
    bar.append(field, dots);
    document.body.prepend(bar);
    back.push(() => bar.remove());
  };

  const around = (elements) => {
    const rects = elements.map((e) => e.getBoundingClientRect());
    const [x, y] = [Math.min(...rects.map((r) => r.left)), Math.min(...rects.map((r) => r.top))];
    return { x, y, w: Math.max(...rects.map((r) => r.right)) - x, h: Math.max(...rects.map((r) => r.bottom)) - y };
  };

  return {
    async begin() {
      hide();
      for (const [selector, value] of Object.entries(figure.fill ?? {})) {
        const field = document.querySelector(selector);
        if (field.type === "radio") choose(field);
        else type(field, value);
      }
      await new Promise(requestAnimationFrame);
      if (figure.address) address(figure.address);
      for (const [selector, list] of Object.entries(samples.codes)) codes(selector, list);
      words(samples.words);
      for (const svg of all(".qr:not(.squares) > svg")) draw(svg, samples.qr);
      if (figure.camera) await film(samples.qr);
      scrollTo(0, 0);
    },
    // What the picture shows: its box, what is ringed (null: it isn't there), its texts.
    shows() {
      const roots = (figure.crop ?? ["body"]).map((what) => (what === "body" ? document.body : find(what)))
        .filter((e) => e !== null);
      return {
        box: roots.length > 0 ? around(roots) : null,
        marks: figure.rings.map((ring) => find(ring)).map((e) => e && around([e])),
        texts: roots.flatMap(texts).filter((n) => !n.parentElement.closest(".sr"))
          .map((n) => n.data.replace(/\s+/g, " ").trim()).filter((text) => text !== ""),
      };
    },
    end() {
      while (back.length > 0) back.pop()();
    },
  };
}
