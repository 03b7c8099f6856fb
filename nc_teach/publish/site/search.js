// The search finds pages by Sphinx's index; this reads the words as `search_words.py` does, puts the
// section that a query is about first, and quotes it. The tables nc_simplified and nc_names come with
// the index, the texts (nc_sections: page -> [anchor, title, text]) from a script beside it.
const NC_CHINESE = /[\u3400-\u9fff]/;
const ncPlain = (text) => Array.from(text.normalize("NFKC").toLowerCase(), (c) => nc_simplified[c] ?? c).join("");

const ncJoined = (name) => name.replace(/[\s-]/g, "");

function ncSplit(query) {
  const runs = ncPlain(query).match(/[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{L}\p{N}_-])+/gu) ?? [];
  return runs.flatMap((run) => {
    if (run.includes("-")) { // "k-means" is one word, if a term has that name
      const joined = ncJoined(run);
      return nc_names.some((names) => names.some((name) => ncJoined(`${name}`) === joined)) ? [joined] : run.split("-").filter(Boolean);
    }
    if (!NC_CHINESE.test(run) || run.length === 1) return [run];
    return Array.from({ length: run.length - 1 }, (_, k) => run.slice(k, k + 2));
  });
}

// The ways to write what was asked for, each with its weight: as it stands, and the other names of
// the term that has this name, or has it in its name (大乐透: 大乐透假说). With them the chapters that
// introduce those terms.
function ncForms(query) {
  const asked = ncPlain(query).trim(), forms = new Map([[asked, 1]]), chapters = new Set();
  const exact = nc_names.some((names) => names.includes(asked));
  const inside = NC_CHINESE.test(asked) ? (name) => name.includes(asked) : (name) => name.startsWith(`${asked} `);
  const near = (name) => name === asked || ncJoined(`${name}`) === ncJoined(asked) ? 1 : !exact && asked.length > 1 && inside(name) ? 0.7 : 0;
  for (const [chapter, ...names] of nc_names) {
    const weight = Math.max(...names.map(near));
    if (weight) chapters.add(chapter);
    for (const name of weight ? names : [])
      if ((forms.get(name) ?? 0) < weight) forms.set(name, 0.95 * weight);
  }
  return { chapters, forms: [...forms].map(([form, weight]) => [ncPattern(form), weight, form]) };
}

// A form as it may stand in a text: "early exit" also as "early-exit" and "early exits".
function ncPattern(form) {
  const words = form.split(/[\s-]+/).map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const inner = words.join("[\\s-]?");
  return new RegExp(NC_CHINESE.test(form) ? inner : `(?<![a-z0-9])${inner}(?:s|es|ing|d)?(?![a-z0-9])`, "g");
}

const ncCount = (text, pattern) => (text.match(pattern) ?? []).length;
const NC_PAGES = [ // what a page adds to its score: the sections of the chapters come first
  [/^\d\d_.*\/(questions|terms|results)/, -60], [/^00_/, 0], [/^\d\d_.*\/index$/, 9], [/^\d\d_/, 15], [/^glossary$/, -40], [/^references$/, -20],
  [/^(claims\/|results)/, -45], [/^(guide|questions)/, -30], [/^api\//, -60], [/^(genindex|py-modindex|_modules)/, -90],
];

function ncScore(title, text, { forms, words }) {
  const name = ncPlain(title), body = ncPlain(text);
  let best = 0;
  for (const [pattern, weight, form] of forms) {
    const inTitle = ncCount(name, pattern) ? 45 + 25 * Math.min(1, form.length / name.length) : 0;
    const times = ncCount(body, pattern), dense = times / (times + 2 + body.length / 1500);
    const early = body.slice(0, 150).search(pattern) >= 0 ? 12 : 0; // a section that begins with it
    const brought = NC_CHINESE.test(form) && new RegExp(`(?:\\(|, )${form}[,)]`).test(body) ? 45 : 0; // "early exit (提前退出)"
    best = Math.max(best, weight * (inTitle + 45 * dense + early + brought));
  }
  if (words.length > 1) { // the single words, wherever they stand
    const share = (where, most) => words.map((pattern) => Math.min(most, ncCount(where, pattern))).reduce((a, n) => a + n / (n + 1), 0) / words.length;
    best = Math.max(best, 20 * share(body, 9) + 60 * share(name, 1));
  }
  return best;
}

const ncQuotes = new Map(); // address of a result -> the text of its section
let ncKnown; // what was asked: read when it is first needed, for the tables come after this
function ncAsked() {
  if (ncKnown) return ncKnown;
  const query = new URLSearchParams(location.search).get("q") ?? "";
  const whole = /^\S+-\S+$/.test(query.trim()); // "k-means" is one word
  const words = whole ? [] : ncSplit(query).filter((word) => word.length > 1 && !stopwords.has(word));
  return ncKnown = { ...ncForms(query), words: words.map(ncPattern) };
}

var Scorer = {
  score(result) {
    const [page, , anchor, description] = result, sections = window.nc_sections?.[page], asked = ncAsked();
    const place = NC_PAGES.find(([pattern]) => pattern.test(page))?.[1] ?? -10;
    if (description || !sections?.length) return result[4] / 4 + place; // a name in the code
    const home = asked.chapters.has(Number(page.slice(0, 2))) ? 10 : 0;
    const named = `${sections[0][1]} ${page.split("/").pop().replaceAll("_", " ")}`, all = sections.map((s) => s[2]).join(" ");
    const scored = sections.map(([id, title, text]) => [ncScore(id ? title : named, text, asked), id, title, text]);
    const deeper = sections.findIndex((section) => section[1].startsWith("Deeper:")); // and what follows it
    scored.forEach((one, k) => { if (deeper >= 0 && k >= deeper) one[0] -= 20; });
    const wanted = scored.filter(([, id]) => anchor === "" || `#${id}` === anchor || id === "");
    const [score, id, title, text] = wanted.reduce((a, b) => (b[0] > a[0] + 1 ? b : a));
    result[1] = id ? `${sections[0][1]} > ${title}` : sections[0][1];
    result[2] = id ? `#${id}` : "";
    ncQuotes.set(`${page}.html${result[2]}`, text || all);
    return score + 0.6 * ncScore(named, all, asked) + place + home;
  },
  objNameMatch: 11, objPartialMatch: 6, objPrio: { 0: 15, 1: 5, 2: -5 }, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
};

// A quotation below each result: the words around the first place of what was looked for, marked.
function ncQuote(text) {
  const patterns = [...ncAsked().forms.map(([pattern]) => pattern), ...ncAsked().words];
  const look = Array.from(text, (c) => ncPlain(c).length === c.length ? ncPlain(c) : c).join("");
  const found = patterns.map((p) => new RegExp(p.source).exec(look)).find(Boolean);
  const start = found ? Math.max(0, text.lastIndexOf(" ", Math.max(0, found.index - 80)) + 1) : 0;
  const end = Math.min(text.length, start + 240), shown = document.createElement("p");
  shown.className = "context";
  if (start) shown.append("… ");
  let at = start;
  if (found) {
    const mark = document.createElement("mark"), after = Math.min(end, found.index + found[0].length);
    mark.textContent = text.slice(found.index, after);
    shown.append(text.slice(at, found.index), mark);
    at = after;
  }
  shown.append(text.slice(at, end), end < text.length ? " …" : "");
  return shown;
}

new MutationObserver((changes) => {
  for (const item of changes.flatMap((change) => [...change.addedNodes])) {
    const link = item.tagName === "LI" && item.closest("#search-results") && item.querySelector("a");
    const text = link && ncQuotes.get(decodeURI(link.getAttribute("href")));
    if (text) item.append(ncQuote(text));
  }
}).observe(document, { childList: true, subtree: true });
