// Why does a network give up? What of the drawing still gets through it.
//
// A unit is connected when a way of weights that are not zero leads from the picture to it and from
// it to an answer. What is not connected may still give its bias, but nothing of the picture.

// Of each layer with weights which units are connected; and for each input of the first one how many
// weights lead from it to such a unit. Units are neurons, or maps of a convolution.
export function connected(layers) {
  const chain = weighty(layers);
  // The units that go in: a map of the layer before is one unit, however many numbers it has.
  const ins = chain.map(({ kind, weight, size, from }, k) => (kind === "conv" ? from[0] : k ? chain[k - 1].size : weight.length / size));
  const each = (k, visit) => { // all pairs of units with a weight between them
    const { weight, size } = chain[k], rows = weight.length / size, per = rows / ins[k];
    for (let row = 0, n = 0; row < rows; row++) {
      const unit = Math.floor(row / per);
      for (let o = 0; o < size; o++, n++) if (weight[n] !== 0) visit(unit, o);
    }
  };
  const reached = chain.map(({ size }) => new Uint8Array(size)), leads = chain.map(({ size }) => new Uint8Array(size));
  chain.forEach((_, k) => each(k, (i, o) => { if (!k || reached[k - 1][i]) reached[k][o] = 1; }));
  leads.at(-1).fill(1);
  for (let k = chain.length - 1; k > 0; k--) each(k, (i, o) => { if (leads[k][o]) leads[k - 1][i] = 1; });
  const used = reached.map((found, k) => found.map((yes, o) => yes & leads[k][o]));
  const inputs = new Uint32Array(ins[0]);
  each(0, (i, o) => { inputs[i] += leads[0][o]; });
  return { used, inputs, pixels: chain[0].kind === "linear" && ins[0] === IMAGE * IMAGE };
}

const many = (flags) => flags.reduce((sum, flag) => sum + flag, 0);

// How far the logit of one class is ahead of the largest other one; below zero it is behind.
const lead = (logits, best) => logits[best] - Math.max(...[...logits].filter((_, c) => c !== best));

// A small picture of 28 x 28 fields: the more weights a pixel still has, the stronger its blue; and the
// drawing on it, as squares that are full where the pixel is still heard and hollow where it is not.
const FIELD = 10; // pixels of the canvas for one of the image
function hearing() {
  const canvas = make("canvas", { width: IMAGE * FIELD, height: IMAGE * FIELD, class: "nc-hears", role: "img" });
  const pen = canvas.getContext("2d");
  function draw(inputs, most, image, dark) {
    const [paper, weights, ink] = dark ? ["#111111", "88, 171, 242", "#ff7a2e"] : ["#ffffff", "0, 114, 178", "#d55e00"];
    pen.fillStyle = paper;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    for (let k = 0; k < inputs.length; k++) {
      const x = (k % IMAGE) * FIELD, y = Math.floor(k / IMAGE) * FIELD;
      if (inputs[k]) {
        pen.fillStyle = `rgba(${weights}, ${0.15 + 0.85 * Math.sqrt(inputs[k] / most)})`;
        pen.fillRect(x, y, FIELD, FIELD);
      }
      if (!(image?.[k] > INKED)) continue;
      pen.fillStyle = paper; // a field of its own, or orange on blue could not be seen
      pen.fillRect(x, y, FIELD, FIELD);
      pen.fillStyle = pen.strokeStyle = ink;
      pen.lineWidth = 1.5;
      if (inputs[k]) pen.fillRect(x + 1, y + 1, FIELD - 2, FIELD - 2);
      else pen.strokeRect(x + 2, y + 2, FIELD - 4, FIELD - 4);
    }
  }
  return { canvas, draw };
}

const INKED = 0.3; // from which on a pixel counts as drawn
