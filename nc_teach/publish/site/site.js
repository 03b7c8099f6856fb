// What the theme leaves undone for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  const boxes = "pre, .cell_output div[style*='overflow-x'], .cell_output > .output, article .nc-live, .nc-shown, .table-wrapper, .math-wrapper";
  const reachable = () => { // a table is set smaller to fit; what still does not is scrolled with the arrow keys
    for (const table of document.querySelectorAll(".cell_output .output > table, .table-wrapper > table")) {
      table.style.fontSize = "";
      const share = table.parentElement.clientWidth / table.scrollWidth;
      if (share < 1) table.style.fontSize = `${Math.max(0.8, 0.92 * share)}em`;
    }
    for (const box of document.querySelectorAll(boxes))
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  };
  for (const picture of document.querySelectorAll(".nc-picture")) // on a telephone it is scrolled, not tiny
    picture.style.setProperty("--least", `${Math.round(0.69 * picture.getAttribute("width"))}px`);
  reachable();
  addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true); // a folded part has no size until it is opened
  for (const caption of document.querySelectorAll("p.caption[role='heading']")) caption.setAttribute("aria-level", "2");
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "The course");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");

  const results = document.querySelector("#search-results"); // its heading is made by the search
  const first = () => results.querySelector("h2")?.setAttribute("aria-level", "1");
  if (results) { first(); new MutationObserver(first).observe(results, { childList: true }); }

  document.querySelectorAll(".nc-guess").forEach(ask);
  addEventListener("hashchange", () => land(false));
  land(true);
});

// What was measured, and what explains it, is folded until there is a guess, or until the reader
// opens a part of it: then all that belongs to the same guess is open.
const FOLDS = ".nc-told, .nc-deeper";
const together = (guesses) => document.querySelectorAll(`.nc-told[data-guesses="${CSS.escape(guesses)}"]`);
const unfold = (fold) => { for (const one of fold.dataset.guesses ? together(fold.dataset.guesses) : [fold]) one.open = true; };
document.addEventListener("toggle", ({ target }) => { if (target.open && target.matches(".nc-told")) unfold(target); }, true);

// Who comes to an address finds it open. A link on the page itself leads to how something was
// measured, and does not open what came out.
function land(fromElsewhere) {
  const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const below = fromElsewhere ? `:is(${FOLDS})` : `:is(${FOLDS}):has(> summary > :is(h2, h3, h4))`;
  const folds = [...document.querySelectorAll(FOLDS)].filter((fold) => fold.contains(at));
  folds.push(...at?.querySelectorAll(`:scope > ${below}`) ?? []);
  if (folds.every((fold) => fold.open)) return;
  folds.forEach(unfold);
  at.scrollIntoView();
}

// A guess is the reader's alone: it is kept on this page.
function ask(place) {
  const { name, question, low, high, step, unit } = place.dataset;
  const form = document.createElement("form"), label = document.createElement("label");
  const field = document.createElement("input"), button = document.createElement("button");
  const said = document.createElement("span");
  Object.assign(field, { type: "number", min: low, max: high, step, required: true });
  field.setAttribute("aria-label", `Your guess: ${question}`);
  said.setAttribute("role", "status");
  button.textContent = "Guess";
  form.noValidate = true; // a guess off the scale is one, too
  label.append(field, ` ${unit}`);
  form.append(label, button, said);
  place.append(form);
  const answers = [...document.querySelectorAll(`.nc-guessed[data-name="${CSS.escape(name)}"]`)];
  const folds = [...document.querySelectorAll(`.nc-told[data-guesses~="${CSS.escape(name)}"]`)];
  const missing = () => folds[0]?.dataset.guesses.split(" ").some((one) => !document.querySelector(`.nc-guess[data-name="${CSS.escape(one)}"][data-noted]`));
  field.addEventListener("input", () => {
    for (const answer of answers)
      answer.textContent = field.value === "" ? "" : `You guessed ${field.value} ${unit}`.trim() + ".";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value === "") return field.focus();
    place.dataset.noted = "";
    if (missing()) { said.textContent = "Noted. Now the other guess."; return; }
    folds.forEach(unfold);
    said.textContent = folds.length ? "Noted. Below stands what was measured." : "Noted.";
  });
}

// Paper has all that is folded, but for the answers to the quiz.
const opened = new Set();
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:is(.nc-told, .nc-deeper):not([open])")) { fold.open = true; opened.add(fold); }
});
addEventListener("afterprint", () => { opened.forEach((fold) => { fold.open = false; }); opened.clear(); });
