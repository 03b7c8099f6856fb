// A network in the reader's hand: a pad, what the whole network and the compressed one read of it,
// what both cost, and the controls that compress. On a page, on a slide and in a notebook.
//
// Whatever changes, the next frame has the answers for the drawing: a control is answered in its own
// event. The accuracy on the test images follows, in slices, and the newest setting wins.

const SLICE = 4; // ms of work between two looks at what the reader does
const KNOWN = 200; // settings whose accuracy is kept
const EMPTY = "The pad is empty: draw a digit, or choose a test image.";

// Wait until the browser has done what is due: unlike a timer it does not wait longer.
function breather() {
  const { port1, port2 } = new MessageChannel();
  return () => new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(0); });
}

export async function mountNetwork(root, spec, bytes) {
  const net = await unpack(spec, bytes), count = spec.images.count;
  const images = (k) => Float32Array.from(net.images.subarray(k * net.size, (k + 1) * net.size), (v) => v / 255);
  const pause = breather(), sums = new Map(), view = (spec.exits ? exits : networks)(spec, net);
  let timer = 0, frame = 0, turn = 0, gone = false, at = 0, asked = "", read = null, fresh = false;

  // --- what the reader sees ---
  const drawing = pad(() => { fresh = false; soon(); });
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
  const controls = spec.controls.map((c) => KINDS[c.kind](c, () => show()));
  const line = make("p", { class: "nc-sentence" });
  const spoken = make("p", { class: "nc-spoken", role: "status", "aria-live": "polite" });
  const figure = make("figure", { class: "nc-figure nc-bench", "aria-label": spec.title },
    make("figcaption", {}, spec.title),
    make("div", { class: "nc-sides" },
      make("div", { class: "nc-hand" },
        make("div", { class: "nc-paper", "data-prevent-swipe": "" }, drawing.element),
        make("div", { class: "nc-buttons" }, button("Undo", drawing.undo), button("Clear", drawing.clear), next, make("label", {}, "Test image ", picked)),
        make("div", { class: "nc-seen" }, small, make("span", {}, "What the network gets, scaled and centred.")),
        ...(view.aside ? [view.aside] : [])),
      make("div", { class: "nc-answers" }, view.element,
        make("div", { class: "nc-controls" }, ...controls.map((c) => c.element)), line, spoken)),
    make("p", { class: "nc-source" }, [spec.source, spec.note].filter(Boolean).join(" ")));
  figure.style.maxWidth = `${spec.width}px`;
  root.replaceChildren(figure);

  // --- what is computed ---
  const values = () => Object.fromEntries(spec.controls.map((c, k) => [c.name, c.values[controls[k].at()]]));
  const number = () => spec.controls.reduce((sum, c, k) => sum * c.texts.length + controls[k].at(), 0);
  const known = (key) => (sums.get(key)?.done === count ? sums.get(key) : null);

  // What each network makes of all test images. Another setting ends it; what is done is kept.
  async function measure(tasks) {
    const mine = ++turn;
    let started = -Infinity, last = performance.now(); // the first slice comes after what is due
    for (const { key, run } of tasks) {
      if (!sums.has(key)) sums.set(key, { done: 0 });
      if (sums.size > KNOWN) sums.delete([...sums.keys()].find((one) => !tasks.some((task) => task.key === one)));
      for (const sum = sums.get(key); sum.done < count; sum.done++) {
        const now = performance.now(), took = now - last; // by the image before
        last = now;
        if (now - started + took > SLICE) {
          await (frame ? new Promise(requestAnimationFrame) : pause()); // the reader comes first
          if (gone || mine !== turn) return;
          started = last = performance.now();
        }
        run(images(sum.done), net.labels[sum.done], sum);
      }
      view.tell(known);
    }
    say();
  }

  // The answers for the drawing first: they stand in the next frame, whatever comes after.
  function show() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (gone) return;
    if (!fresh) read = drawing.read();
    fresh = true;
    view.set(values());
    view.see(read);
    view.tell(known);
    bitmapOf(read ?? new Float32Array(IMAGE * IMAGE), inkNow, small);
    say();
    figure.dataset.number = number();
    const tasks = view.tasks(), keys = tasks.map(({ key }) => key).join();
    if (asked !== keys) { asked = keys; measure(tasks); }
  }

  function soon() { frame ||= requestAnimationFrame(show); }

  // --- what is said ---
  function say() {
    const { image, strokes } = drawing.state();
    const what = image ? `Test image ${at}, a ${spec.classes[net.labels[at - 1]]}` : strokes ? "Your drawing" : "";
    put(line, [view.sentence(what), spec.guess].filter(Boolean).join(" "));
    drawing.element.setAttribute("aria-label", what || "An empty pad to draw a digit on");
    clearTimeout(timer);
    if (!line.textContent.includes("…")) timer = setTimeout(() => put(spoken, line.textContent), SETTLED); // all is known
  }

  // --- light and dark ---
  let inkNow = [26, 26, 26];
  function theme() {
    const dark = onDark(root) && !matchMedia("print").matches;
    figure.classList.toggle("nc-dark", dark);
    inkNow = dark ? [242, 242, 242] : [26, 26, 26];
    drawing.colour(inkNow);
    view.theme?.(dark);
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
