// What stands beside the pad: a table of what networks read and cost, or of what the exits of one
// network say. A view has `element` and three steps: `set` takes what the controls say, `see` reads
// the drawing, `tell` writes what is known of the test images. `tasks` are what has to be computed
// for those, each once for all settings that share its `key`.

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const grouped = (number) => number.toLocaleString("en");
const size = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const putAll = (cells, text) => cells.forEach((cell, k) => put(cell, text(k)));
const capital = (text) => text[0].toUpperCase() + text.slice(1);

const REMOVED = {
  magnitude: (share) => `the smallest ${share} of the weights removed`,
  random: (share) => `${share} of the weights removed at random`,
};

// What was done to a network, in words; empty where nothing was.
const done = ({ removed, by, centroids, bits }) => listed([
  removed && REMOVED[by ?? "magnitude"](percent(removed, 0)),
  centroids && `${centroids} centroids a layer`,
  bits && (bits === 1 ? "the signs of the weights alone" : `${bits} bits a weight`),
]);

// The key of all settings that give the same network.
const settings = ({ removed, by, centroids, bits }) =>
  removed || centroids || bits ? JSON.stringify([removed ? [removed, by] : 0, centroids, bits]) : "";

const signed = (number) => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(1)}`;
const listed = (parts) => { // a, b and c
  const all = parts.filter(Boolean);
  return all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : all.join("");
};
const ordered = (values) => [...values.keys()].sort((a, b) => values[b] - values[a]);

// --- networks side by side ------------------------------------------------------------------------

// The table, a column for each of `names`; `facts` are the rows below the probabilities.
function readings(classes, names, facts) {
  const row = (name, cells) => make("tr", {}, make("th", { scope: "row" }, name), ...cells);
  const bars = names.map((_, k) => classes.map(() => make("span", { class: `nc-prob nc-prob-${k}` })));
  const shares = names.map(() => classes.map(() => make("span", { class: "nc-share" })));
  const cells = facts.map(() => names.map(() => make("td")));
  const element = make("table", { class: "nc-reads" },
    make("caption", {}, facts.length ? "Probabilities, and what they cost" : "Probabilities"),
    make("thead", {}, make("tr", {}, make("td"), ...names.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...classes.map((name, c) => row(name, names.map((_, k) => make("td", {}, bars[k][c], shares[k][c]))))),
    ...(facts.length ? [make("tbody", {}, ...facts.map((fact, f) => row(fact, cells[f])))] : []));
  const probabilities = (k, values) => classes.forEach((_, c) => {
    const share = values?.[c] ?? 0, best = values && largest(values) === c;
    bars[k][c].style.transform = `scaleX(${share.toFixed(4)})`;
    put(shares[k][c], values ? `${best ? "▸ " : ""}${percent(share, 0)}` : "");
    shares[k][c].classList.toggle("nc-best", Boolean(best));
  });
  return { element, probabilities, cells: Object.fromEntries(facts.map((fact, f) => [fact, cells[f]])) };
}

// One network, whole and compressed; or at T = 1 and at another; or several by name, to all of which
// happens what the controls say.
function networks(spec, net) {
  const { names, classes } = spec, count = spec.images.count;
  const warms = !names && spec.controls.every((c) => c.name === "temperature");
  const titles = names?.map(capital) ?? (warms ? ["At T = 1", "At this T"] : ["Whole network", "Compressed"]);
  const columns = titles.map((_, k) => {
    const whole = net.networks[names ? k : 0], cost = counts(whole);
    const changes = !warms && (Boolean(names) || k === 1), first = changes && spec.controls.some((c) => c.name !== "temperature");
    const rankings = first ? { magnitude: ranking(whole, "magnitude") } : {}; // before a hand is on a control
    return { id: names ? k : 0, whole, layers: whole, original: cost, cost, key: "", rankings, changes };
  });
  const tells = !warms && !names, map = tells && hearing(), part = make("span"); // why the answer changes
  const RIGHT = `Right, of ${count} test images`, WEIGHTS = "Weights that are not zero", MACS = "MACs an image", SIZE = "Size (entropy)", UNITS = "Hidden units connected", LEAD = "Lead, in logits";
  const table = readings(classes, titles, warms ? [] : [...(tells ? [LEAD, UNITS] : []), RIGHT, WEIGHTS, MACS, SIZE]);
  let now = {}, answers = [], logits = [], seen = null, why = null, dark = false;

  function set(values) {
    now = values;
    for (const column of columns) {
      const key = settings(now), by = now.by ?? "magnitude";
      if (!column.changes || column.key === key) continue;
      column.key = key;
      column.layers = key ? compressed(column.whole, (column.rankings[by] ??= ranking(column.whole, by)), now) : column.whole;
      column.cost = column.ways = null; // counted when the answer stands
    }
  }

  function see(image) {
    seen = image;
    logits = columns.map(({ layers }) => image && forward(layers, image).slice());
    answers = logits.map((found, k) => image && softmax(found, warms && !k ? 1 : now.temperature ?? 1));
    answers.forEach((found, k) => table.probabilities(k, found));
    if (warms) return;
    for (const column of columns) column.cost ??= column.key ? counts(column.layers) : column.original;
    putAll(table.cells[WEIGHTS], (k) => grouped(columns[k].cost.nonzero));
    putAll(table.cells[MACS], (k) => grouped(columns[k].cost.macs));
    putAll(table.cells[SIZE], (k) => size(columns[k].cost.bytes));
    if (tells) explain();
  }

  function explain() {
    for (const column of columns) column.ways ??= column.key || column !== columns[1] ? connected(column.layers) : columns[0].ways;
    const [whole, left] = columns.map(({ ways }) => ways), hidden = ({ used }) => used.slice(0, -1).map(many).reduce((a, b) => a + b, 0);
    const inked = seen && whole.pixels ? [...seen.keys()].filter((k) => seen[k] > INKED) : [];
    const best = seen && largest(answers[0]), leads = seen ? logits.map((found) => lead(found, best)) : [];
    const all = whole.used.slice(0, -1).reduce((sum, units) => sum + units.length, 0);
    const mean = ({ inputs }) => inked.reduce((sum, k) => sum + inputs[k], 0) / inked.length;
    why = { units: hidden(left), were: hidden(whole), all, none: inked.filter((k) => !left.inputs[k]).length, inked: inked.length, before: mean(whole), after: mean(left), best, leads };
    putAll(table.cells[UNITS], (k) => (all ? `${grouped(hidden(k ? left : whole))} of ${grouped(all)}` : "none there"));
    putAll(table.cells[LEAD], (k) => (seen ? signed(leads[k]) : ""));
    map.canvas.parentElement.hidden = !whole.pixels;
    if (!whole.pixels) return;
    map.draw(left.inputs, Math.max(...whole.inputs), seen, dark);
    const told = seen ? `${drawn()}; ${why.none} of ${why.inked} have none.` : "";
    map.canvas.setAttribute("aria-label", `The weights that each pixel still has. ${told}`);
    put(part, `${told} Stronger blue: more weights. Orange: your digit, hollow where none is left.`.trim());
  }

  const drawn = () => `A drawn pixel has ${why.after.toFixed(why.after < 10 ? 1 : 0)} of its ${why.before.toFixed(0)} weights left`;

  // What happened between the picture and the answer, in numbers; what stayed as it was is not said.
  function because() {
    const { units, were, all, inked, best, leads: [before, after] } = why;
    const ahead = (logits, than) => `${Math.abs(logits).toFixed(1)}${than} ${logits < 0 ? "behind" : "ahead"}`;
    return `${largest(answers[1]) === best ? "What is left" : "Why it gives up"}: ${listed([
      units !== were && `${grouped(units)} of ${grouped(all)} hidden units are connected`,
      inked && why.after !== why.before && drawn().replace("A", "a"),
      `the ${classes[best]} is ${ahead(after, " logits")} where it was ${ahead(before, "")}`,
    ])}.`;
  }

  const task = ({ id, key, layers }) => ({
    key: `${id} ${key}`,
    run: (image, label, sum) => { sum.right = (sum.right ?? 0) + (largest(forward(layers, image)) === label); },
  });
  const tasks = () => (warms ? [] : columns.map(task));
  let right = [];
  function tell(known) {
    right = columns.map((column) => known(`${column.id} ${column.key}`)).map((sum) => (sum ? percent(sum.right / count) : "…"));
    if (!warms) putAll(table.cells[RIGHT], (k) => right[k]);
  }

  function sentence(what) {
    const reads = (k) => `${classes[largest(answers[k])]} (${percent(Math.max(...answers[k]))})`;
    const both = (k, [one, two]) => [one, two].map((c) => `${classes[c]} (${percent(answers[k][c])})`).join(" and then ");
    const warm = (now.temperature ?? 1) === 1 ? "" : ` at temperature ${now.temperature}`, changed = done(now);
    if (warms) {
      const order = seen && ordered(answers[1]);
      const hot = now.temperature === 1 ? "" : `; at T = ${now.temperature} it says ${seen && both(1, order)}`;
      return seen ? `${what}: at T = 1 the network says ${both(0, order)}${hot}.` : EMPTY;
    }
    if (names) {
      const each = names.map((name, k) => seen && `${name} reads ${both(k, ordered(answers[k]))}`).join("; ");
      const scores = names.map((name, k) => `${name} ${right[k]}`).join(", ");
      return `${seen ? `${what}${warm}: ${each}.` : EMPTY} Of ${count} test images are read right${changed && `, with ${changed}`}: ${scores}.`;
    }
    const first = seen ? `${what}${warm}: the whole network reads ${reads(0)}, the compressed one ${reads(1)}.` : EMPTY;
    if (!changed) return `${first} Nothing is taken away yet: ${right[0]} of ${count} test images are read right.`;
    const reason = seen ? ` ${because()}` : "";
    return `${first}${reason} With ${changed}, ${right[1]} of ${count} test images are read right instead of ${right[0]}.`;
  }

  const aside = tells && make("div", { class: "nc-seen" }, map.canvas, part);
  const theme = (isDark) => { dark = isDark; };
  return { element: table.element, aside, theme, set, see, tasks, tell, sentence };
}

// --- one network with exits -----------------------------------------------------------------------

// What every exit says, and where the drawing leaves: at the first one whose largest probability is
// at least the threshold, or at the last. All exits are computed for the table; the MACs are those of
// the exits that would have run.
function exits(spec, net) {
  const { classes } = spec, count = spec.images.count, [layers] = net.networks;
  const total = (upTo) => layers.slice(0, upTo + 1).reduce((sum, l) => sum + (l.weight?.length ?? 0) * l.places, 0);
  const costs = layers.flatMap((layer, k) => (layer.exit ? [total(k)] : [])), whole = costs.at(-1);
  const share = (macs) => percent(macs / whole, 0);
  let threshold = 0, said = [], out = 0, shown = false, on = null;

  // Each exit's class, and how sure it is of it (its largest probability).
  function answers(image) {
    const found = [];
    const hear = (logits) => {
      const sure = softmax(logits), best = largest(sure);
      found.push({ best, sure: sure[best], sees: sure });
    };
    forward(layers, image, hear);
    return found;
  }
  const leaves = (sure) => {
    const k = sure.findIndex((one) => one >= threshold);
    return k < 0 ? sure.length - 1 : k;
  };

  // --- the table ---
  const head = ["", "reads", "confidence", "then", "MACs so far", `leave, of ${count}`];
  const rows = costs.map((macs, k) => {
    const bar = make("span", { class: "nc-sure" }), mark = make("span", { class: "nc-mark" }), text = make("span", { class: "nc-share" });
    const [read, next, many] = [make("td"), make("td"), make("td")];
    const cells = [read, make("td", {}, make("span", { class: "nc-track" }, bar, mark), text), next, make("td", {}, share(macs)), many];
    return { row: make("tr", {}, make("th", { scope: "row" }, `Exit ${k + 1}`), ...cells), bar, mark, text, read, next, many };
  });
  const facts = ["MACs for the drawing", `Mean MACs of ${count} images`, `Right, of ${count} test images`];
  const cells = facts.map(() => make("td"));
  const element = make("div", {},
    make("table", { class: "nc-reads nc-exits" },
      make("caption", {}, "What each exit reads, and where the drawing leaves"),
      make("thead", {}, make("tr", {}, ...head.map((text) => make(text ? "th" : "td", text ? { scope: "col" } : {}, text)))),
      make("tbody", {}, ...rows.map(({ row }) => row))),
    make("table", { class: "nc-reads nc-spent" },
      make("caption", {}, "What that costs, and how many test images are read right"),
      make("tbody", {}, ...facts.map((fact, f) => make("tr", {}, make("th", { scope: "row" }, fact), cells[f])))));

  function set({ exit }) { threshold = exit; }

  function see(image) {
    shown = Boolean(image);
    said = image ? answers(image) : [];
    out = image ? leaves(said.map(({ sure }) => sure)) : 0;
    rows.forEach((row, k) => {
      const { best, sure } = said[k] ?? { sure: 0 }, last = k === rows.length - 1;
      row.bar.style.transform = `scaleX(${sure.toFixed(4)})`;
      row.mark.style.left = `${100 * threshold}%`;
      row.mark.hidden = last; // it takes all that are left
      put(row.text, shown ? percent(sure) : "");
      put(row.read, shown ? classes[best] : "");
      put(row.next, shown ? (k === out ? "▸ leaves" : k < out ? "goes on" : "not needed") : "");
      row.row.classList.toggle("nc-best", shown && k === out);
      row.row.classList.toggle("nc-unneeded", shown && k > out);
    });
    put(cells[0], shown ? `${grouped(costs[out])} of ${grouped(whole)} (${share(costs[out])})` : "");
  }

  // Of each test image is kept how sure every exit is and whether it is right: any threshold is then
  // a matter of counting.
  const run = (image, label, sum) => (sum.all ??= []).push(answers(image).map(({ best, sure }) => [sure, best === label]));
  const tasks = () => [{ key: "exits", run }];
  function tell(known) {
    const sum = known("exits"), at = (sum?.all ?? []).map((image) => leaves(image.map(([sure]) => sure)));
    on = sum && {
      right: percent(at.filter((k, n) => sum.all[n][k][1]).length / count),
      macs: at.reduce((all, k) => all + costs[k], 0) / count,
    };
    rows.forEach(({ many }, k) => put(many, on ? grouped(at.filter((one) => one === k).length) : "…"));
    put(cells[1], on ? `${grouped(Math.round(on.macs))} of ${grouped(whole)} (${share(on.macs)})` : "…");
    put(cells[2], on ? on.right : "…");
  }

  function sentence(what) {
    const mean = on ? `${on.right} are read right with ${share(on.macs)} of the MACs on average` : "…";
    const all = `Of ${count} test images at this threshold, ${mean}.`;
    if (!shown) return `${EMPTY} ${all}`;
    const why = said[out].sure >= threshold ? "" : ", because none is sure enough";
    return `${what}, threshold ${threshold}: it leaves at exit ${out + 1} of ${rows.length}${why}, which reads ${classes[said[out].best]} (${percent(said[out].sure)}), after ${share(costs[out])} of the MACs. ${all}`;
  }

  return { element, set, see, tasks, tell, sentence };
}
