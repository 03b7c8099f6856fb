// What the theme leaves undone for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  const boxes = "pre, .cell_output div[style*='overflow-x'], .cell_output > .output, article .nc-live, .table-wrapper, .math-wrapper";
  const reachable = () => { // what does not fit is scrolled with the arrow keys
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

  document.querySelectorAll("details.hide > summary").forEach((line) => line.removeAttribute("aria-label")); // its words say it

  const results = document.querySelector("#search-results"); // its heading is made by the search
  const first = () => results.querySelector("h2")?.setAttribute("aria-level", "1");
  if (results) { first(); new MutationObserver(first).observe(results, { childList: true }); }

  document.querySelectorAll(".nc-guess").forEach(ask);
});

// A guess is the reader's alone: it is kept on this page. What was measured is folded until there is
// one, or until the reader opens it without.
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
  const folds = new Set(answers.flatMap((answer) => [...(answer.closest("section")?.querySelectorAll("details.hide") ?? [])]));
  field.addEventListener("input", () => {
    for (const answer of answers)
      answer.textContent = field.value === "" ? "" : `You guessed ${field.value} ${unit}`.trim() + ".";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value === "") return field.focus();
    for (const fold of folds) fold.open = true;
    said.textContent = folds.size ? "Noted. Below stands what was measured." : "Noted.";
  });
}

// Paper has all that is folded, but for the answers to the quiz.
const opened = new Set();
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:is(.hide, .nc-deeper):not([open])")) { fold.open = true; opened.add(fold); }
});
addEventListener("afterprint", () => { opened.forEach((fold) => { fold.open = false; }); opened.clear(); });
