// The one player of every live figure: in the notebook (as an anywidget), on a page, on a slide.
//
// It holds the pictures that were drawn ahead as small compressed patches over one background,
// decodes them around the value that is shown, and paints the right one in the same task as the
// event where it can. What was not drawn ahead it asks the kernel for, one picture at a time, and
// the newest value wins. It never shows a picture that belongs to another value than its sentence.

const HELD = 64e6; // most bytes of decoded pictures that one visible figure holds (about 25)
const SMALLEST = 0.69; // of its size, for a picture on a telephone: 12 points are 11 px
const PATIENCE = 1500; // ms before the reader is told that the kernel is late
const LOST = 15000; // ms after which it is taken for gone

// A patch is a PNG, or a WebP where its colours are many; only a PNG begins with the byte 0x89.
function picture(image) {
  const first = new Uint8Array(image.buffer, image.byteOffset, 1)[0];
  return createImageBitmap(new Blob([image], { type: first === 0x89 ? "image/png" : "image/webp" }));
}

const known = new Map(); // every colour that was swapped, as packed pixels

function swapped(pixel, { points, weights, linear }) {
  const colour = [0, 8, 16].map((shift) => ((pixel >>> shift) & 255) / 255), found = [...linear[3]];
  for (let c = 0; c < 3; c++) for (let k = 0; k < 3; k++) found[c] += colour[k] * linear[k][c];
  points.forEach((point, n) => {
    const far = Math.hypot(colour[0] - point[0], colour[1] - point[1], colour[2] - point[2]);
    for (let c = 0; c < 3; c++) found[c] += far * weights[n][c];
  });
  const [red, green, blue] = found.map((part) => Math.round(255 * Math.min(1, Math.max(0, part))));
  return ((pixel & 0xff000000) | (blue << 16) | (green << 8) | red) >>> 0;
}

// The same picture in the colours of dark paper. What stands in the boxes is a photograph or a map
// whose shades mean something: it stays as it is. `x` and `y` are where the picture lies.
async function darkened(bitmap, x, y, { swap, photos }) {
  const canvas = make("canvas", { width: bitmap.width, height: bitmap.height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(bitmap, 0, 0);
  const image = pen.getImageData(0, 0, canvas.width, canvas.height), pixels = new Uint32Array(image.data.buffer);
  for (let k = 0, last = 0, now = 0; k < pixels.length; k++) {
    if (pixels[k] < 0x1000000) continue; // transparent: as in the background
    if (pixels[k] !== last) {
      last = pixels[k];
      if (!known.has(last)) known.set(last, swapped(last, swap));
      now = known.get(last);
    }
    pixels[k] = now;
  }
  pen.putImageData(image, 0, 0);
  for (const [left, top, width, height] of photos) {
    pen.save();
    pen.beginPath();
    pen.rect(left - x, top - y, width, height);
    pen.clip();
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0);
    pen.restore();
  }
  bitmap.close();
  return createImageBitmap(canvas);
}

// --- the table of all numbers, written only when it is opened or saved ----------------------------

function numbers(spec, frames, places) {
  return spec.table ?? {
    columns: [...spec.controls.map((c) => c.label), "What the picture shows"],
    rows: [...frames.values()].sort((a, b) => a.number - b.number).map((frame) => [
      ...places(frame.number).map((place, k) => spec.controls[k].texts[place]), frame.says ?? frame.error]),
  };
}

function table(rowsNow, title) {
  const fold = make("details", {}, make("summary", { "data-lm-suppress-shortcuts": "true" }, "The numbers as a table"));
  fold.addEventListener("toggle", () => {
    fold.querySelector("div")?.remove();
    if (!fold.open) return;
    const { columns, rows } = rowsNow();
    const cells = (tag, row, extra = {}) => make("tr", {}, ...row.map((cell) => make(tag, extra, cell)));
    fold.append(make("div", { class: "nc-scroll", tabindex: 0, role: "region", "aria-label": `The numbers of ${title}` }, make("table", {},
      make("thead", {}, cells("th", columns, { scope: "col" })),
      make("tbody", {}, ...rows.map((row) => cells("td", row))))));
  });
  return fold;
}

// RFC 4180; the mark at the start tells Excel that it is UTF-8.
function csv({ columns, rows }) {
  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${`${cell}`.replaceAll('"', '""')}"` : cell);
  return "\ufeff" + [columns, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

function save(blob, ...words) {
  const name = words.join(" ").replace(/[^\p{L}\p{N}.-]+/gu, "_").replace(/^[_.]+|[_.]+$/g, "").slice(0, 100);
  const link = make("a", { href: URL.createObjectURL(blob), download: `${name}.${blob.type === "image/png" ? "png" : "csv"}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function saver(text, work) {
  const button = make("button", { type: "button", "data-lm-suppress-shortcuts": "true" }, text);
  button.addEventListener("click", work);
  return button;
}

// --- the figure -----------------------------------------------------------------------------------

// `bytes` holds all the pictures; `ask(number)` promises a frame from the kernel, if there is one.
export function mount(root, spec, bytes, ask) {
  const sizes = spec.controls.map((c) => c.texts.length);
  const frames = new Map(spec.frames.map((f) => [f.number, { ...f, image: bytes.subarray(f.from, f.to) }]));
  const bitmaps = new Map(); // decoded pictures by number, the longest unused first
  let held = 0, back = null, wanted = 0, turn = 0, painted = 0, asking = false, visible = true, timer = 0, gone = false;
  let dark = false, aim; // of which theme the pictures are, and of which they are to be

  const places = (number) => sizes.reduceRight((found, size) => {
    found.unshift(number % size);
    number = Math.floor(number / size);
    return found;
  }, []);

  const controls = spec.controls.map((c) => KINDS[c.kind](c, () => show()));
  const canvas = make("canvas", { role: "img", width: Math.round(spec.width * spec.scale), height: Math.round(spec.height * spec.scale) });
  canvas.style.width = `${spec.width}px`;
  const strip = make("div", { class: "nc-strip" }, canvas); // on a telephone a wide picture is scrolled
  strip.style.setProperty("--least", `${Math.round(SMALLEST * spec.width)}px`);
  const pen = canvas.getContext("2d", { alpha: false });
  const line = make("p", { class: "nc-sentence" });
  const spoken = make("p", { class: "nc-spoken", role: "status", "aria-live": "polite" });
  const rowsNow = () => numbers(spec, frames, places);
  const keepPicture = saver("Save the picture (PNG)", () => {
    const now = places(wanted).map((place, k) => spec.controls[k].texts[place]);
    canvas.toBlob((blob) => save(blob, spec.title, ...now));
  });
  const keepNumbers = saver("Save the numbers (CSV)", () => save(new Blob([csv(rowsNow())], { type: "text/csv" }), spec.title));
  const figure = make("figure", { class: "nc-figure", "aria-label": spec.title },
    make("figcaption", {}, spec.title), strip, make("div", { class: "nc-controls" }, ...controls.map((c) => c.element)),
    line, spoken, make("p", { class: "nc-source" }, [spec.source, spec.note].filter(Boolean).join(" ")),
    ...(controls.length ? [table(rowsNow, spec.title)] : []),
    make("div", { class: "nc-save" }, keepPicture, ...(controls.length ? [keepNumbers] : [])));
  figure.style.maxWidth = `${spec.width}px`;
  root.replaceChildren(figure);

  function forget(number) {
    const bitmap = bitmaps.get(number);
    held -= bitmap.width * bitmap.height * 4;
    bitmaps.delete(number);
    bitmap.close();
  }

  // The part of the figure that lies at x, y, in the colours of light or of dark paper.
  async function coloured(image, x, y, onDark) {
    const bitmap = await picture(image);
    return onDark ? darkened(bitmap, x, y, spec.dark) : bitmap;
  }

  async function decoded(number) {
    const frame = frames.get(number), before = dark;
    const bitmap = await coloured(frame.image, frame.x, frame.y, before);
    if (dark !== before) { bitmap.close(); return decoded(number); }
    if (bitmaps.has(number)) { bitmap.close(); return bitmaps.get(number); }
    if (gone) { bitmap.close(); return null; }
    bitmaps.set(number, bitmap);
    held += bitmap.width * bitmap.height * 4;
    for (const old of bitmaps.keys()) {
      if (held <= HELD || old === number) break;
      forget(old);
    }
    return bitmap;
  }

  // Picture, sentence and number change in one task, so no frame shows one without the other.
  function paint(number, bitmap) {
    const frame = frames.get(number);
    if (bitmap) {
      pen.drawImage(back, 0, 0);
      pen.drawImage(bitmap, frame.x, frame.y);
    }
    figure.classList.toggle("nc-error", "error" in frame);
    keepPicture.disabled = "error" in frame;
    figure.classList.remove("nc-late");
    figure.dataset.number = number;
    line.textContent = frame.error ?? frame.says;
    canvas.setAttribute("aria-label", line.textContent);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (spoken.textContent !== line.textContent) spoken.textContent = line.textContent;
    }, SETTLED);
    setTimeout(ahead); // after this frame
  }

  // Show the value that the controls have now.
  function show() {
    wanted = controls.reduce((number, control, k) => number * sizes[k] + control.at(), 0);
    const mine = ++turn, frame = frames.get(wanted);
    if (!frame) return request();
    reveal(wanted, mine);
  }

  async function reveal(number, mine) {
    const frame = frames.get(number);
    let bitmap = bitmaps.get(number);
    if (!bitmap && !frame.error) bitmap = await decoded(number);
    if (mine < painted || gone) return; // a newer one is on the screen already
    painted = mine;
    paint(number, bitmap);
  }

  // One question at a time; when the answer is there, ask for what is wanted by then.
  async function request() {
    if (asking) return;
    if (!ask) { frames.set(wanted, { number: wanted, error: "This picture is not on the page." }); return reveal(wanted, turn); }
    asking = true;
    try {
      for (let number = -1; number !== wanted && !frames.has(wanted);) {
        number = wanted;
        const mine = turn, late = setTimeout(() => figure.classList.add("nc-late"), PATIENCE);
        const frame = await ask(number);
        clearTimeout(late);
        if (gone) return;
        frames.set(number, frame);
        await reveal(number, mine);
        if (frame.error) frames.delete(number); // ask again next time
      }
    } finally { asking = false; } // a picture that cannot be decoded must not stop the next
  }

  // Decode what lies around the value shown, the nearest first, as far as memory allows: the next
  // move goes there most likely. Measured: without it, a third of the moves miss a frame.
  async function ahead() {
    const here = places(wanted), from = wanted;
    const far = (number) => places(number).reduce((sum, place, k) => sum + (place === here[k] ? 0 : 1000 + Math.abs(place - here[k])), 0);
    const near = [...frames.keys()].filter((number) => !frames.get(number).error).map((number) => [far(number), number]);
    let room = 0.8 * HELD;
    for (const [, number] of near.sort((a, b) => a[0] - b[0])) {
      if (!visible || gone || wanted !== from || room < 0) return;
      const bitmap = bitmaps.get(number) ?? (await decoded(number));
      if (!bitmap || !bitmaps.delete(number)) return;
      bitmaps.set(number, bitmap); // the last used is forgotten last
      room -= bitmap.width * bitmap.height * 4;
    }
  }

  // Room for the longest sentence, so that nothing jumps while dragging.
  function reserve() {
    const now = line.textContent, says = [...frames.values()].map((frame) => frame.says ?? "");
    line.textContent = says.reduce((a, b) => (b.length > a.length ? b : a), now);
    line.style.minHeight = `${line.offsetHeight}px`;
    line.textContent = now;
  }

  // What does not fit is scrolled with the arrow keys.
  const measure = new ResizeObserver(() => {
    if (strip.scrollWidth > strip.clientWidth) strip.tabIndex = 0;
    else strip.removeAttribute("tabindex");
  });
  measure.observe(strip);

  const watcher = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    if (visible) { theme(); reserve(); ahead(); }
    else [...bitmaps.keys()].forEach(forget);
  }, { rootMargin: "300px" });

  // The new background, then everything else at once: no frame shows two themes.
  async function theme() {
    const now = onDark(root) && !matchMedia("print").matches;
    if (gone || now === aim) return;
    aim = now;
    const fresh = spec.back ? await coloured(bytes.subarray(0, spec.back), 0, 0, now) : null;
    if (gone || now !== aim) return fresh?.close();
    dark = now;
    figure.classList.toggle("nc-dark", dark);
    [...bitmaps.keys()].forEach(forget);
    back?.close();
    back = fresh;
    pen.fillStyle = dark ? "#111111" : "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (back) pen.drawImage(back, 0, 0);
    show();
  }

  const unwatch = watchTheme(theme);
  const ready = theme().then(() => watcher.observe(canvas));
  const stop = () => { gone = true; unwatch(); watcher.disconnect(); measure.disconnect(); clearTimeout(timer); [...bitmaps.keys()].forEach(forget); };
  return { ready, stop };
}

// --- in a notebook --------------------------------------------------------------------------------

function render({ model, el }) {
  const view = Math.random(), waiting = new Map();
  let turns = 0, unhide = () => {};
  const ask = (number) => new Promise((resolve) => {
    const lost = () => resolve({ number, error: "The kernel does not answer. If it was restarted, run this cell again." });
    waiting.set(++turns, resolve);
    setTimeout(lost, LOST);
    try { model.send({ number, view, turn: turns }); } catch { lost(); }
  });
  const answered = (frame, buffers) => {
    if (frame.view !== view) return;
    waiting.get(frame.turn)?.({ ...frame, image: buffers[0] });
    waiting.delete(frame.turn);
  };
  model.on("msg:custom", answered);
  const pictures = model.get("pictures"); // a DataView
  const bytes = new Uint8Array(pictures.buffer, pictures.byteOffset, pictures.byteLength);
  const player = mount(el, model.get("spec"), bytes, ask);
  player.ready.then(() => requestAnimationFrame(() => { unhide = hideStill(el); }));
  return () => { player.stop(); unhide(); model.off("msg:custom", answered); };
}

export default { render };

// --- on a page: every figure that is not running yet ----------------------------------------------

// A telephone gets what was drawn for its width, where there is that.
const narrow = matchMedia("(max-width: 520px)");

for (const root of document.querySelectorAll("[data-nc-live]")) {
  const [wide, slim = wide] = root.querySelectorAll("script[type='application/json']");
  const style = root.querySelector("style");
  root.removeAttribute("data-nc-live");
  let player = null;
  const start = () => {
    player?.stop();
    const spec = JSON.parse((narrow.matches ? slim : wide).textContent);
    player = mount(root, spec, Uint8Array.from(atob(spec.pictures), (sign) => sign.charCodeAt(0)));
    root.prepend(style);
  };
  start();
  if (slim !== wide) narrow.addEventListener("change", start);
}
