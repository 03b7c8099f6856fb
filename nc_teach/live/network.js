// A small runner of networks: linear layers, convolutions, norms, ReLU, pooling. No dependency.
//
// `unpack` reads what packed.py wrote. A map of C x H x W numbers lies in one Float32Array, row by
// row. A layer is a plain object with its `kind`, its sizes, the place `reads` of the layer whose
// output it takes (-1: the image), and the array `out` that it fills:
//
//   linear   out[o] = (sum of in[i] w[i, o]) * scale[o] + shift[o];   weight is in x out
//   conv     the same for every place of the picture;                 weight is in x k x k x out
//   relu     max(0, in)
//   max      the largest of each window; avg: the mean of each window
//
// `scale` is there where a batch norm follows. The weight stays what it was in the network, so that
// what is pruned here is what is pruned there. Flattening costs nothing: the numbers lie as they do.

// --- reading --------------------------------------------------------------------------------------

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// A tensor of `count` numbers: float32; or integers of `bits` bits, all their low bytes and then all
// their high ones (which repeat, and so deflate well), that count `step`s from the smallest, `low`.
function numbersAt(bytes, { at, count, bits, low, step }) {
  if (bits === 32) return new Float32Array(bytes.slice(at, at + 4 * count).buffer);
  const found = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    const high = bits > 8 ? bytes[at + count + n] : 0;
    found[n] = low + step * (bytes[at + n] + 256 * high);
  }
  return found;
}

// The same weights input by input, so that an input that is zero is skipped with all that it meets.
function transposed(weight, outputs) {
  const found = new Float32Array(weight.length), inputs = weight.length / outputs;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) found[i * outputs + o] = weight[o * inputs + i];
  return found;
}

// The networks, the test images (uint8) and their labels. Weights that have a name are in the file.
export async function unpack(spec, packed) {
  const { at } = spec.images, size = spec.shape.reduce((a, b) => a * b);
  const [bytes, images] = await Promise.all([inflated(packed.subarray(0, at)), inflated(packed.subarray(at))]);
  const networks = await Promise.all(spec.networks.map(async ({ layers, file }) => {
    const named = file && (await readNetwork(bytes.subarray(file.at, file.at + file.size)));
    const read = (part) => part && (part.named ? named.get(part.named) : numbersAt(bytes, part));
    return layers.map((layer) => {
      const made = { ...layer, weight: read(layer.weight), scale: read(layer.scale), shift: read(layer.shift) };
      const total = layer.to.reduce((a, b) => a * b);
      if (made.weight) made.weight = transposed(made.weight, layer.size);
      if (made.kind === "conv") made.sums = new Float32Array(total);
      return { ...made, out: new Float32Array(total) };
    });
  }));
  return { networks, images, size, labels: spec.labels };
}

// --- running --------------------------------------------------------------------------------------

// What goes into a sum, and from where on in the weights its factors lie; zeros are left out.
let values = new Float32Array(1024), places = new Int32Array(1024);

function room(count) {
  if (count > values.length) [values, places] = [new Float32Array(count), new Int32Array(count)];
}

// sums[at + o] += the sum of values[k] * weight[places[k] + o], for `size` outputs; eight values at a
// time, so that each output is fetched and put back once for eight products.
function add(count, weight, sums, at, size) {
  let k = 0;
  for (; k + 7 < count; k += 8) {
    const a = values[k], b = values[k + 1], c = values[k + 2], d = values[k + 3];
    const e = values[k + 4], f = values[k + 5], g = values[k + 6], h = values[k + 7];
    let p = places[k], q = places[k + 1], r = places[k + 2], s = places[k + 3];
    let t = places[k + 4], u = places[k + 5], v = places[k + 6], w = places[k + 7];
    for (let o = at; o < at + size; o++)
      sums[o] += a * weight[p++] + b * weight[q++] + c * weight[r++] + d * weight[s++] +
        e * weight[t++] + f * weight[u++] + g * weight[v++] + h * weight[w++];
  }
  for (; k < count; k++) {
    const a = values[k];
    for (let o = at, p = places[k]; o < at + size; o++, p++) sums[o] += a * weight[p];
  }
}

function linear({ weight, scale, shift, out }, input) {
  const size = out.length;
  let count = 0;
  room(input.length);
  for (let i = 0; i < input.length; i++)
    if (input[i] !== 0) {
      values[count] = input[i];
      places[count++] = i * size;
    }
  out.fill(0);
  add(count, weight, out, 0, size);
  if (scale) for (let o = 0; o < size; o++) out[o] *= scale[o];
  if (shift) for (let o = 0; o < size; o++) out[o] += shift[o];
}

// For each place of the output what its window holds (im2col), zeros left out, times the weights of
// all maps. `sums` is rows x columns x maps, and `out` is maps x rows x columns.
function conv({ weight, scale, shift, out, from, to, kernel, stride, padding, sums }, input) {
  const [channels, height, width] = from, [size, rows, columns] = to, [high, wide] = kernel;
  room(channels * high * wide);
  sums.fill(0);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at += size) {
      const top = row * stride[0] - padding[0], left = column * stride[1] - padding[1];
      let count = 0;
      for (let c = 0; c < channels; c++)
        for (let v = Math.max(0, -top); v < high && top + v < height; v++) {
          const start = (c * height + top + v) * width + left, w = (c * high + v) * wide;
          for (let u = Math.max(0, -left); u < wide && left + u < width; u++) {
            const value = input[start + u];
            if (value === 0) continue;
            values[count] = value;
            places[count++] = (w + u) * size;
          }
        }
      add(count, weight, sums, at, size);
    }
  for (let o = 0, k = 0; o < size; o++) {
    const times = scale ? scale[o] : 1, plus = shift ? shift[o] : 0;
    for (let p = o; p < sums.length; p += size, k++) out[k] = sums[p] * times + plus;
  }
}

function relu({ out }, input) {
  for (let k = 0; k < out.length; k++) out[k] = input[k] > 0 ? input[k] : 0;
}

function pool(start, join, end) {
  return ({ out, from, to, kernel: [high, wide], stride }, input) => {
    const [, height, width] = from, [channels, rows, columns] = to;
    for (let c = 0, k = 0; c < channels; c++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++, k++) {
          let found = start;
          for (let y = 0; y < high; y++)
            for (let x = 0; x < wide; x++) {
              const place = (c * height + row * stride[0] + y) * width + column * stride[1] + x;
              found = join(found, input[place]);
            }
          out[k] = end(found, high * wide);
        }
  };
}

const max = pool(-Infinity, (a, b) => (b > a ? b : a), (found) => found);
const avg = pool(0, (a, b) => a + b, (found, count) => found / count);
const LAYERS = { linear, conv, relu, max, avg };

// The logits for one image, numbers from 0 to 1. The next run writes over them. At each exit before
// the last one `leaves` is asked, and what lies behind the exit where it says yes is not computed.
export function forward(layers, image, leaves = null) {
  let out = image;
  for (const layer of layers) {
    LAYERS[layer.kind](layer, layer.reads < 0 ? image : layers[layer.reads].out);
    out = layer.out;
    if (layer.exit && leaves?.(out)) break;
  }
  return out;
}

export function softmax(logits, temperature = 1) {
  const most = Math.max(...logits);
  const parts = Array.from(logits, (z) => Math.exp((z - most) / temperature));
  const sum = parts.reduce((a, b) => a + b);
  return parts.map((part) => part / sum);
}

export const largest = (numbers) => numbers.indexOf(Math.max(...numbers));

// --- compressing ----------------------------------------------------------------------------------

const LEVELS = 4096; // into which the weights of a layer are sorted before centroids are looked for
const ROUNDS = 200; // of Lloyd's algorithm at most: each costs as much as there are centroids

// Random numbers from 0 to 1 that are the same every time (mulberry32).
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const weighty = (layers) => layers.filter((layer) => layer.weight);

// For each weight of each layer how many go before it: the smallest first, of equals the first; or
// in an order of chance. One ranking for all layers.
export function ranking(layers, by) {
  const found = weighty(layers).map(({ weight }) => new Uint32Array(weight.length));
  const order = (by === "random" ? shuffled : sorted)(weighty(layers));
  const ends = found.map((_, k) => found.slice(0, k + 1).reduce((sum, ranks) => sum + ranks.length, 0));
  for (let rank = 0; rank < order.length; rank++) {
    let k = 0;
    while (order[rank] >= ends[k]) k++; // which layer the place is in
    found[k][placed(weighty(layers)[k], order[rank] - (ends[k - 1] ?? 0))] = rank;
  }
  return found;
}

// The places of all weights, in the order of PyTorch through all layers: the smallest first. One
// number holds both: 31 bits of the weight's size (those of a float rise with it), 21 of its place.
function sorted(layers) {
  const order = new Float64Array(layers.reduce((sum, { weight }) => sum + weight.length, 0));
  let n = 0;
  for (const layer of layers) {
    const bits = new Uint32Array(layer.weight.buffer);
    for (let k = 0; k < bits.length; k++, n++) order[n] = (bits[placed(layer, k)] & 0x7fffffff) * 2 ** 21 + n;
  }
  return order.sort().map((number) => number % 2 ** 21);
}

function shuffled(layers) {
  const order = new Uint32Array(layers.reduce((sum, { weight }) => sum + weight.length, 0)), random = generator(1);
  for (let k = 0; k < order.length; k++) { // the new one changes places with any of those before
    const other = Math.floor(random() * (k + 1));
    order[k] = order[other];
    order[other] = k;
  }
  return order;
}

// Where the weight lies that is number k in PyTorch.
function placed({ size, weight }, k) {
  const inputs = weight.length / size;
  return (k % inputs) * size + Math.floor(k / inputs);
}

// The weights that are not zero get one of `count` values, two or more: Lloyd's algorithm from a
// linear start, on LEVELS levels between the smallest and the largest. Returns how many got each.
function share(weight, count) {
  let low = Infinity, high = -Infinity;
  for (let k = 0; k < weight.length; k++) {
    const w = weight[k];
    if (w !== 0 && w < low) low = w;
    if (w !== 0 && w > high) high = w;
  }
  const per = low < high ? (LEVELS - 1) / (high - low) : 0, levels = new Uint16Array(weight.length);
  const many = new Float64Array(LEVELS + 1), sum = new Float64Array(LEVELS + 1); // below each level
  for (let k = 0; k < weight.length; k++) {
    const w = weight[k];
    if (w === 0) continue;
    const level = (levels[k] = Math.round((w - low) * per));
    many[level + 1]++;
    sum[level + 1] += w;
  }
  for (let k = 1; k <= LEVELS; k++) { many[k] += many[k - 1]; sum[k] += sum[k - 1]; }
  let centres = Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1)), borders = [];
  for (let round = 0, before = null; round < ROUNDS && borders.join() !== before; round++) {
    before = borders.join(); // each takes what is nearest, then moves to its mean
    const middles = centres.slice(1).map((c, k) => Math.round(((c + centres[k]) / 2 - low) * per) + 1);
    borders = [0, ...middles, LEVELS];
    centres = centres.map((c, k) => {
      const [from, to] = [borders[k], borders[k + 1]], held = many[to] - many[from];
      return held > 0 ? (sum[to] - sum[from]) / held : c;
    });
  }
  const value = new Float32Array(LEVELS);
  centres.forEach((centre, k) => value.fill(centre, borders[k], borders[k + 1]));
  for (let k = 0; k < weight.length; k++) if (weight[k] !== 0) weight[k] = value[levels[k]];
  return centres.map((_, k) => many[borders[k + 1]] - many[borders[k]]);
}

// The same with whole steps in both directions from zero; one bit keeps the sign, and the mean size.
function step(weight, bits) {
  let most = 0, sum = 0, held = 0;
  for (let k = 0; k < weight.length; k++) {
    const size = Math.abs(weight[k]);
    if (size > most) most = size;
    if (size) { sum += size; held++; }
  }
  const top = Math.max(1, 2 ** (bits - 1) - 1), one = (bits === 1 ? sum / held : most / top) || 0;
  const found = new Array(2 * top + 1).fill(0);
  for (let k = 0; k < weight.length; k++) {
    const w = weight[k];
    if (w === 0) continue;
    const code = bits === 1 ? Math.sign(w) : Math.round(w / one);
    weight[k] = code * one;
    if (code) found[code + top]++;
  }
  return found;
}

// The layers with fewer weights, and weights of fewer values. `removed` is a share; `centroids` and
// `bits` are null where the weights keep their values. `held` is how many have each value.
export function compressed(layers, ranks, { removed = 0, centroids = null, bits = null }) {
  const total = ranks.reduce((sum, r) => sum + r.length, 0), cut = Math.floor(removed * total + 1e-6);
  let turn = 0;
  return layers.map((layer) => {
    if (!layer.weight) return layer;
    const weight = layer.weight.slice(), rank = ranks[turn++];
    if (cut) for (let k = 0; k < weight.length; k++) if (rank[k] < cut) weight[k] = 0;
    let held = null;
    if (centroids) held = share(weight, centroids);
    if (bits) held = step(weight, bits);
    return { ...layer, weight, held };
  });
}

// --- counting -------------------------------------------------------------------------------------

const bitsFor = (share) => (share > 0 ? -share * Math.log2(share) : 0);
const FEW = 256; // values that are worth a table

// How many weights that are not zero have each value; null where there are more than FEW values.
function tally(weight) {
  const found = new Map();
  for (let k = 0; k < weight.length; k++) {
    const w = weight[k];
    if (w === 0) continue;
    found.set(w, (found.get(w) ?? 0) + 1);
    if (found.size > FEW) return null;
  }
  return [...found.values()];
}

// Non-zero weights; MACs that they cost; and the fewest bytes that hold the network when each weight
// is coded by itself (entropy): which are zero and 32 bits for each that is not, or which of its
// layer's values it has and a table of those. Scales and shifts take 32 bits each.
export function counts(layers) {
  let nonzero = 0, macs = 0, bits = 0;
  for (const { weight, held: known, scale, shift, places } of weighty(layers)) {
    const all = weight.length, held = known ?? tally(weight);
    let kept = 0;
    for (let k = 0; k < all; k++) if (weight[k] !== 0) kept++;
    nonzero += kept;
    macs += kept * places;
    bits += all * bitsFor((all - kept) / all);
    if (held) for (const some of held) bits += some && all * bitsFor(some / all) + 32;
    else bits += 32 * kept + all * bitsFor(kept / all);
    bits += 32 * ((scale?.length ?? 0) + (shift?.length ?? 0));
  }
  return { nonzero, macs, bytes: Math.ceil(bits / 8) };
}
