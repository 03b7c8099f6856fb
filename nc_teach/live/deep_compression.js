// A network's weights out of a file of Deep Compression, as deep_compression.py writes it:
//
//   "NCD1", length of the header (4 bytes), header (JSON, deflated), pieces of all tensors, CRC-32
//
// The header is [coder, rows]; a row is [name, dtype, shape, way, sizes of its pieces], or [name,
// earlier name]. A way is "all" or "gaps" (where the numbers are), and "plain" or "shared" (what
// they are). What is no whole, undamaged file of this kind is refused with an error.
//
// Source: Han, Mao, Dally (2016), "Deep Compression", sections 2 to 4.

const little = (bytes, at, size) => {
  let number = 0;
  for (let k = size - 1; k >= 0; k--) number = number * 256 + bytes[at + k];
  return number;
};

const refuse = (wrong, why) => {
  if (wrong) throw new Error(`The file of the network cannot be read: ${why}.`);
};

function crc32(bytes) {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let k = 0; k < 8; k++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
}

// The tensors of float32 by name, each a Float32Array in PyTorch's order.
export async function readNetwork(file) {
  refuse(String.fromCharCode(...file.subarray(0, 4)) !== "NCD1", "it does not begin with NCD1");
  refuse(crc32(file.subarray(0, -4)) !== little(file, file.length - 4, 4), "its checksum does not match");
  const start = 8 + little(file, 4, 4);
  const [coder, rows] = JSON.parse(new TextDecoder().decode(await inflated(file.subarray(8, start))));
  const read = { huffman: huffmanCodes, fixed: fixedCodes }[coder], found = new Map();
  refuse(!read, "nobody knows its coder");
  let at = start;
  for (const [name, dtype, shape, way, sizes] of rows) {
    if (shape === undefined) { found.set(name, found.get(dtype)); continue; } // another's name: tied
    const pieces = sizes.map((size) => file.subarray(at, (at += size)));
    if (dtype === "float32") found.set(name, tensor(pieces, way, shape.reduce((a, b) => a * b, 1), read));
  }
  refuse(at !== file.length - 4, "its pieces are not as long as it says");
  return found;
}

function tensor(pieces, way, count, read) {
  const [where, what] = way.split(" "), numbers = new Float32Array(count);
  const places = where === "gaps" ? gaps(pieces.splice(0, 3), count, read) : numbers.keys();
  const kept = where === "gaps" ? places.length : count, book = floats(pieces[0]);
  const index = what === "shared" ? read(pieces[1], pieces[2], kept) : null;
  let k = 0;
  for (const place of places) {
    numbers[place] = book[index ? index[k] : k];
    k++;
  }
  refuse(k !== kept || (index ? index.some((n) => n >= book.length) : book.length !== kept), "a number is missing");
  return numbers;
}

const floats = (bytes) => new Float32Array(bytes.slice().buffer);

// Where the numbers are. A gap says how many zeros come before a number; the largest gap that its
// bits can hold stands for that many zeros and no number.
function gaps([head, table, codes], count, read) {
  const full = 2 ** head[0] - 1, found = read(table, codes, little(head, 1, 4));
  let place = -1;
  const places = [];
  for (const gap of found) {
    place += gap;
    if (gap < full) places.push(++place);
  }
  refuse(place >= count, "a number lies behind the end of its tensor");
  return places;
}

// --- small integers out of bits, the highest bit of each byte first ---------------------------------

function bitsOf(bytes) {
  let at = 0;
  return () => (bytes[at >> 3] >> (7 - (at++ & 7))) & 1; // behind the end there are zeros
}

function fixedCodes([width], codes, count) {
  const bit = bitsOf(codes), found = new Uint32Array(count);
  for (let n = 0; n < count; n++) for (let k = 0; k < width; k++) found[n] = 2 * found[n] + bit();
  return found;
}

// Canonical codes: in the order of length and then of symbol, each is the one before it plus one. So
// the codes of one length are neighbours, and a code is of that length when it lies among them.
function huffmanCodes(table, codes, count) {
  const lengths = fixedCodes([table[2]], table.subarray(3), little(table, 0, 2));
  const most = Math.max(0, ...lengths), many = new Array(most + 1).fill(0), bit = bitsOf(codes);
  for (const length of lengths) many[length]++;
  const symbols = [...lengths.keys()].filter((s) => lengths[s]).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const found = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    let code = 0, first = 0, before = 0, length = 1; // the first code of this length; symbols with shorter ones
    for (code = bit(); length <= most && code - first >= many[length]; length++) {
      before += many[length];
      first = 2 * (first + many[length]);
      code = 2 * code + bit();
    }
    refuse(length > most, "there is no such code");
    found[n] = symbols[before + code - first];
  }
  return found;
}
