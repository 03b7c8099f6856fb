// What the search puts first: what explains a word, then who asks about it, the code's names last.
var Scorer = {
  score: ([page, , , , score]) => {
    if (page === "glossary") return score + 60; // a definition, before every use of the word
    if (page.startsWith("api/") || page === "py-modindex") return score - 100;
    if (/^\d\d_.*\/(?!results|questions|terms)/.test(page)) return score + 40;
    return score;
  },
  objNameMatch: 11, objPartialMatch: 6, objPrio: { 0: 15, 1: 5, 2: -5 }, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
};
