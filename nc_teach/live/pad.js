// The pad that a reader draws a digit on, and how the network gets what is there.
//
// MNIST's digits were scaled into a box of 20 x 20 pixels, and the box was put into 28 x 28 so that
// the centre of the ink is in the middle. `centred` does this with all that is on the pad, be it
// strokes or a test image.

const SIDE = 280; // CSS pixels of the pad
const READ = 140; // pixels of the picture that is read off
const IMAGE = 28, BOX = 20; // pixels of a network's image, and of the box in it
const MIDDLE = 14.5; // where the centre of the ink lies in MNIST, up to half a pixel (measured)
const PEN = 0.075; // width of a line on the pad, of its side
const INK = 0.13; // width of a line that is read, of the drawing's larger side
const LEAST = 0.25; // a drawing counts as at least as large, of the side: a dot is no blot
const MOST = 100; // strokes that are kept

// A picture of side x side numbers, 0 (paper) to 255 (ink), as 28 x 28 from 0 to 1; null if it is
// empty. The mean over each pixel's square is read off the sums over all that is above and to the
// left of its corners.
export function centred(picture, side) {
  let [left, top, right, bottom, total, x, y] = [side, side, -1, -1, 0, 0, 0];
  const wide = side + 1, sums = new Float64Array(wide * wide);
  for (let row = 0, k = 0; row < side; row++)
    for (let column = 0, line = 0; column < side; column++, k++) {
      const ink = picture[k];
      sums[(row + 1) * wide + column + 1] = (line += ink) + sums[row * wide + column + 1];
      if (!ink) continue;
      left = Math.min(left, column); right = Math.max(right, column);
      top = Math.min(top, row); bottom = row;
      total += ink; x += ink * (column + 0.5); y += ink * (row + 0.5);
    }
  if (!total) return null;
  const size = Math.max(right - left, bottom - top) + 1, scale = BOX / size;
  const start = (centre, first, last) => { // where the box begins: whole pixels, inside the image
    const wanted = Math.round(MIDDLE - (centre / total - first) * scale);
    return Math.min(Math.max(wanted, 0), IMAGE - Math.ceil((last - first + 1) * scale));
  };
  const across = start(x, left, right), down = start(y, top, bottom);
  const above = (row, column) => { // the sum above and to the left, between pixels too
    const r = Math.min(Math.max(row, 0), side), c = Math.min(Math.max(column, 0), side);
    const at = Math.min(Math.floor(r), side - 1) * wide + Math.min(Math.floor(c), side - 1);
    const v = r - Math.min(Math.floor(r), side - 1), u = c - Math.min(Math.floor(c), side - 1);
    return (1 - v) * ((1 - u) * sums[at] + u * sums[at + 1]) + v * ((1 - u) * sums[at + wide] + u * sums[at + wide + 1]);
  };
  const found = new Float32Array(IMAGE * IMAGE);
  for (let row = 0; row < IMAGE; row++)
    for (let column = 0; column < IMAGE; column++) {
      const [r, c, step] = [top + (row - down) / scale, left + (column - across) / scale, 1 / scale];
      const ink = above(r + step, c + step) - above(r + step, c) - above(r, c + step) + above(r, c);
      found[row * IMAGE + column] = Math.min(1, Math.max(0, Math.round(ink / step ** 2) / 255)); // as stored
    }
  return found;
}

// A small canvas with an image of 28 x 28 in `ink` on clear ground; `values` are from 0 to 1.
function bitmapOf(values, [red, green, blue], canvas = make("canvas", { width: IMAGE, height: IMAGE })) {
  const pen = canvas.getContext("2d"), image = pen.createImageData(IMAGE, IMAGE);
  for (let k = 0; k < values.length; k++) image.data.set([red, green, blue, 255 * values[k]], 4 * k);
  pen.putImageData(image, 0, 0);
  return canvas;
}

// `changed` is called when there is something else on the pad.
export function pad(changed) {
  const canvas = make("canvas", { width: SIDE * 2, height: SIDE * 2, class: "nc-pad", role: "img" });
  const pen = canvas.getContext("2d");
  const reader = make("canvas", { width: READ, height: READ }).getContext("2d", { willReadFrequently: true });
  let strokes = [], image = null, under = null, now = null, ink = [26, 26, 26];

  const line = (to, stroke, side, width) => {
    to.lineWidth = width;
    to.lineCap = to.lineJoin = "round";
    to.beginPath();
    stroke.forEach(([x, y], k) => (k ? to.lineTo(x * side, y * side) : to.moveTo(x * side, y * side)));
    if (stroke.length === 1) to.lineTo(stroke[0][0] * side + 0.01, stroke[0][1] * side); // a dot: no length, no ink
    to.stroke();
  };

  function draw() {
    const side = canvas.width;
    pen.clearRect(0, 0, side, side);
    pen.imageSmoothingEnabled = false;
    if (image) pen.drawImage(bitmapOf(image, ink), 0, 0, side, side);
    pen.strokeStyle = `rgb(${ink.join()})`;
    for (const stroke of strokes) line(pen, stroke, side, PEN * side);
  }

  // What is on the pad as 28 x 28 from 0 to 1, scaled and centred; null if there is nothing.
  function through() {
    reader.fillStyle = "black";
    reader.fillRect(0, 0, READ, READ);
    reader.imageSmoothingEnabled = false;
    if (image) reader.drawImage(bitmapOf(image, [255, 255, 255]), 0, 0, READ, READ);
    const [xs, ys] = [0, 1].map((k) => strokes.flatMap((stroke) => stroke.map((point) => point[k])));
    const span = (all) => all.reduce((a, b) => Math.max(a, b), 0) - all.reduce((a, b) => Math.min(a, b), 1);
    reader.strokeStyle = "white";
    for (const stroke of strokes) line(reader, stroke, READ, INK * READ * Math.max(LEAST, span(xs), span(ys)));
    const { data } = reader.getImageData(0, 0, READ, READ);
    const grey = new Uint8Array(READ * READ);
    for (let k = 0; k < grey.length; k++) grey[k] = data[4 * k];
    return centred(grey, READ);
  }

  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || now) return; // another finger, another button
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    if (image) [under, image] = [image, null]; // who draws over an image begins anew
    strokes = [...strokes.slice(1 - MOST), [point(event)]];
    now = { id: event.pointerId, stroke: strokes.at(-1) };
    draw();
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== now?.id) return;
    const parts = event.getCoalescedEvents?.() ?? [];
    const last = now.stroke.at(-1), more = (parts.length ? parts : [event]).map(point);
    now.stroke.push(...more);
    line(pen, [last, ...more], canvas.width, PEN * canvas.width);
    changed();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, (event) => { if (event.pointerId === now?.id) now = null; });

  const does = (work) => () => { work(); now = null; draw(); changed(); };
  return {
    element: canvas,
    through,
    read: () => image ?? through(), // a test image was scaled and centred by those who made the set
    state: () => ({ strokes: strokes.length, image: Boolean(image) }),
    show: (values) => does(() => { [strokes, image, under] = [[], values, null]; })(),
    undo: does(() => { strokes.pop(); if (!strokes.length && under) [image, under] = [under, null]; }),
    clear: does(() => { [strokes, image, under] = [[], null, null]; }),
    colour: (rgb) => { ink = rgb; draw(); },
  };
}
