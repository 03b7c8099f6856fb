// A network in the reader's hand: a pad, what the whole network and the compressed one read of it,
// what both cost, and the controls that compress. On a page, on a slide and in a notebook.
//
// Whatever changes, the next frame has the answers for the drawing. The accuracy on the test images
// follows: it is computed in slices, and the newest setting wins.

const SLICE = 4; // ms of work between two looks at what the reader does
const KNOWN = 200; // settings whose accuracy is kept
const REMOVED = {
  magnitude: (share) => `the smallest ${share} of the weights removed`,
  random: (share) => `${share} of the weights removed at random`,
};

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const grouped = (number) => number.toLocaleString("en");
const size = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

// Wait until the browser has done what is due: unlike a timer it does not wait longer.
function breather() {
  const { port1, port2 } = new MessageChannel();
  return () => new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(0); });
}

// The table of what two networks read and cost, each in a column; `names` are those of the columns.
function readings(classes, names, facts) {
  const row = (name, cells) => make("tr", {}, make("th", { scope: "row" }, name), ...cells);
  const bars = names.map((_, k) => classes.map(() => make("span", { class: `nc-prob nc-prob-${k}` })));
  const shares = names.map(() => classes.map(() => make("span", { class: "nc-share" })));
  const told = names.map(() => facts.map(() => make("td")));
  const table = make("table", { class: "nc-reads" },
    make("caption", {}, facts.length ? "Probabilities, and what they cost" : "Probabilities"),
    make("thead", {}, make("tr", {}, make("td"), ...names.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...classes.map((name, c) => row(name, names.map((_, k) => make("td", {}, bars[k][c], shares[k][c]))))),
    ...(facts.length ? [make("tbody", {}, ...facts.map((fact, f) => row(fact, names.map((_, k) => told[k][f]))))] : []));
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  return {
    element: table,
    probabilities: (k, values) => classes.forEach((_, c) => {
      const share = values?.[c] ?? 0, best = values && largest(values) === c;
      bars[k][c].style.transform = `scaleX(${share.toFixed(4)})`;
      put(shares[k][c], values ? `${best ? "▸ " : ""}${percent(share, 0)}` : "");
      shares[k][c].classList.toggle("nc-best", Boolean(best));
    }),
    fact: (k, f, text) => told[k][f] && put(told[k][f], text),
  };
}

export async function mountNetwork(root, spec, bytes) {
  const net = await unpack(spec, bytes), whole = net.layers, count = spec.images.count;
  const images = (k) => Float32Array.from(net.images.subarray(k * net.size, (k + 1) * net.size), (v) => v / 255);
  const warms = spec.controls.every((c) => c.name === "temperature"); // one network, and nothing to compress: twice its answer
  const pause = breather(), known = new Map(), rankings = warms ? {} : { magnitude: ranking(whole, "magnitude") }, original = counts(whole);
  let smaller = whole, cost = original, key = "", timer = 0, frame = 0, turn = 0, gone = false, at = 0;

  // --- what the reader sees ---
  const drawing = pad(() => soon());
  const button = (text, work) => {
    const made = make("button", { type: "button", "data-lm-suppress-shortcuts": "true" }, text);
    made.addEventListener("click", work);
    return made;
  };
  const picked = input("number", { min: 1, max: count, step: 1, value: 1, inputmode: "numeric" });
  const pick = () => {
    const wanted = Math.round(+picked.value);
    if (picked.value === "" || !(wanted >= 1 && wanted <= count)) return;
    at = wanted;
    drawing.show(images(at - 1));
  };
  picked.addEventListener("input", pick);
  const next = button("Next test image", () => { picked.value = (at % count) + 1; pick(); });
  const small = make("canvas", { width: IMAGE, height: IMAGE, class: "nc-gets", role: "img", "aria-label": "What the network gets: 28 x 28 pixels" });
  const controls = spec.controls.map((c) => KINDS[c.kind](c, () => soon()));
  const facts = [`Right, of ${count} test images`, "Weights that are not zero", "MACs an image", "Size (entropy)"];
  const table = warms ? readings(spec.classes, ["At T = 1", "At this T"], []) : readings(spec.classes, ["Whole network", "Compressed"], facts);
  const line = make("p", { class: "nc-sentence" });
  const spoken = make("p", { class: "nc-spoken", role: "status", "aria-live": "polite" });
  const figure = make("figure", { class: "nc-figure nc-bench", "aria-label": spec.title },
    make("figcaption", {}, spec.title),
    make("div", { class: "nc-sides" },
      make("div", { class: "nc-hand" },
        make("div", { class: "nc-paper", "data-prevent-swipe": "" }, drawing.element),
        make("div", { class: "nc-buttons" }, button("Undo", drawing.undo), button("Clear", drawing.clear), next, make("label", {}, "Test image ", picked)),
        make("div", { class: "nc-seen" }, small, make("span", {}, "What the network gets, scaled and centred."))),
      make("div", { class: "nc-answers" }, table.element,
        make("div", { class: "nc-controls" }, ...controls.map((c) => c.element)), line, spoken)),
    make("p", { class: "nc-source" }, [spec.source, spec.note].filter(Boolean).join(" ")));
  figure.style.maxWidth = `${spec.width}px`;
  root.replaceChildren(figure);

  // --- what is computed ---
  const values = () => Object.fromEntries(spec.controls.map((c, k) => [c.name, c.values[controls[k].at()]]));
  const number = () => spec.controls.reduce((sum, c, k) => sum * c.texts.length + controls[k].at(), 0);
  const setting = (now) => JSON.stringify([now.removed ? [now.removed, now.by] : 0, now.centroids, now.bits]);

  function compress(now) {
    if (setting(now) === key) return;
    key = setting(now);
    const by = now.by ?? "magnitude", plain = !now.removed && !now.centroids && !now.bits;
    smaller = plain ? whole : compressed(whole, (rankings[by] ??= ranking(whole, by)), now);
    cost = plain ? original : counts(smaller);
  }

  // How many test images each network reads right. Another setting ends it; what is done is kept.
  async function measure() {
    if (warms) return;
    const mine = ++turn;
    let started = performance.now(), last = started;
    for (const [layers, name] of [[whole, "whole"], [smaller, named()]]) {
      if (!known.has(name)) known.set(name, { done: 0, right: 0 });
      if (known.size > KNOWN) known.delete([...known.keys()].find((one) => one !== "whole"));
      for (const sum = known.get(name); sum.done < count; sum.done++) {
        const now = performance.now(), took = now - last; // by the image before
        last = now;
        if (now - started + took > SLICE) {
          await (frame ? new Promise(requestAnimationFrame) : pause()); // the reader comes first
          if (gone || mine !== turn) return;
          started = last = performance.now();
        }
        sum.right += largest(forward(layers, images(sum.done))) === net.labels[sum.done];
      }
      accuracies();
    }
    say();
  }

  const named = () => (smaller === whole ? "whole" : key);
  const accuracy = () => ["whole", named()].map((name) => {
    const sum = known.get(name);
    return sum?.done === count ? sum.right / count : undefined;
  });
  const accuracies = () => accuracy().forEach((right, k) => table.fact(k, 0, right === undefined ? "…" : percent(right)));

  let read = null, answers = [null, null], asked = "";
  function show() {
    frame = 0;
    if (gone) return;
    const now = values(), before = key;
    compress(now);
    read = drawing.read();
    const probabilities = (layers, t = now.temperature ?? 1) => read && softmax(forward(layers, read), t);
    answers[0] = warms ? probabilities(whole, 1) : probabilities(whole);
    answers[1] = smaller === whole && !warms ? answers[0] : probabilities(smaller);
    answers.forEach((found, k) => table.probabilities(k, found));
    [original, cost].forEach(({ nonzero, macs, bytes }, k) =>
      [grouped(nonzero), grouped(macs), size(bytes)].forEach((text, f) => table.fact(k, f + 1, text)));
    bitmapOf(read ?? new Float32Array(IMAGE * IMAGE), inkNow, small);
    accuracies();
    say();
    figure.dataset.number = number();
    if (before !== key || asked !== key) { asked = key; measure(); }
  }

  function soon() { frame ||= requestAnimationFrame(show); }

  // --- what is said ---
  function sentence() {
    const { image, strokes } = drawing.state(), now = values();
    const what = image ? `Test image ${at}, a ${spec.classes[net.labels[at - 1]]}` : strokes ? "Your drawing" : "";
    const reads = (found) => `${spec.classes[largest(found)]} (${percent(Math.max(...found))})`;
    const [one, two] = read ? [...answers[1].keys()].sort((a, b) => answers[1][b] - answers[1][a]) : [];
    const says = (c, k) => `${spec.classes[c]} (${percent(answers[k][c])})`;
    const both = (k) => `${says(one, k)} and then ${says(two, k)}`;
    if (warms && read) return `${what}: at T = 1 the network says ${both(0)}${now.temperature === 1 ? "" : `; at T = ${now.temperature} it says ${both(1)}`}.`;
    if (warms) return "The pad is empty: draw a digit, or choose a test image.";
    const warm = (now.temperature ?? 1) === 1 ? "" : ` at temperature ${now.temperature}`;
    const seen = read ? `${what}${warm}: the whole network reads ${reads(answers[0])}, the compressed one ${reads(answers[1])}.` : "The pad is empty: draw a digit, or choose a test image.";
    const [first, second] = accuracy().map((right) => (right === undefined ? "…" : percent(right)));
    const done = [now.removed && REMOVED[now.by ?? "magnitude"](percent(now.removed, 0)), now.centroids && `${now.centroids} centroids a layer`, now.bits && `${now.bits} bit${now.bits === 1 ? "" : "s"} a weight`].filter(Boolean);
    if (!done.length) return `${seen} Nothing is taken away yet: ${first} of ${count} test images are read right.`;
    return `${seen} With ${done.join(" and ")}, ${second} of ${count} test images are read right instead of ${first}.`;
  }

  function say() {
    line.textContent = sentence();
    drawing.element.setAttribute("aria-label", read ? line.textContent.split(":")[0] : "An empty pad to draw a digit on");
    clearTimeout(timer);
    timer = setTimeout(() => { if (spoken.textContent !== line.textContent) spoken.textContent = line.textContent; }, SETTLED);
  }

  // --- light and dark ---
  let inkNow = [26, 26, 26];
  function theme() {
    const dark = onDark(root) && !matchMedia("print").matches;
    figure.classList.toggle("nc-dark", dark);
    inkNow = dark ? [242, 242, 242] : [26, 26, 26];
    drawing.colour(inkNow);
    soon();
  }

  const unwatch = watchTheme(theme);
  theme();
  pick();
  return { stop: () => { gone = true; unwatch(); clearTimeout(timer); cancelAnimationFrame(frame); } };
}

// --- in a notebook --------------------------------------------------------------------------------

function render({ model, el }) {
  const view = model.get("packed"), bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let unhide = () => {};
  const bench = mountNetwork(el, model.get("spec"), bytes);
  bench.then(() => requestAnimationFrame(() => { unhide = hideStill(el); }));
  return () => { unhide(); bench.then(({ stop }) => stop()); };
}

export default { render };

// --- on a page: every one that is not running yet -------------------------------------------------

for (const root of document.querySelectorAll("[data-nc-network]")) {
  const data = root.querySelector("script[type='application/json']"), style = root.querySelector("style");
  root.removeAttribute("data-nc-network");
  const spec = JSON.parse(data.textContent);
  mountNetwork(root, spec, Uint8Array.from(atob(spec.packed), (sign) => sign.charCodeAt(0))).then(() => root.prepend(style));
}
