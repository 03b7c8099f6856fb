// What the theme leaves undone for readers without a mouse or a screen.
document.addEventListener("DOMContentLoaded", () => {
  const boxes = "pre, .cell_output div[style*='overflow-x'], article .nc-live, .table-wrapper, .math-wrapper";
  const reachable = () => { // what does not fit is scrolled with the arrow keys
    for (const box of document.querySelectorAll(boxes))
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  };
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
});

// A guess is the reader's alone: it is kept on this page, and repeated beside the measurement.
function ask(place) {
  const { name, question, low, high, step, unit } = place.dataset;
  const label = document.createElement("label"), field = document.createElement("input");
  Object.assign(field, { type: "number", min: low, max: high, step });
  field.setAttribute("aria-label", `Your guess: ${question}`);
  label.append(field, ` ${unit}`);
  place.append(label);
  field.addEventListener("input", () => {
    for (const answer of document.querySelectorAll(`.nc-guessed[data-name="${CSS.escape(name)}"]`))
      answer.textContent = field.value === "" ? "" : `You guessed ${field.value} ${unit}`.trim() + ".";
  });
}
