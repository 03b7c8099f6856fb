// Starts the deck: reveal.js, the counted hands, and who owns the keys while a control has them.

const SIZES = [[".nc-words", 30, 46], ["math[display='block']", 40, 88], [".nc-table table", 28, 50], ["pre.nc-text", 28, 42], ["pre.nc-code", 28, 40], [".nc-quiz", 28, 40]]; // CSS pixels

// The clicker's keys always turn the page; all other keys belong to the control that has the focus.
function keys(event) {
  const control = event.target.closest?.("input, select, button, summary, canvas, [tabindex='0']");
  if (!control || !control.closest(".nc-slide")) return;
  if (event.key === "Escape") { control.blur(); event.stopPropagation(); event.preventDefault(); return; }
  if (event.key === "PageDown" || event.key === "PageUp") {
    control.blur();
    event.stopPropagation();
    event.preventDefault();
    if (event.key === "PageDown") Reveal.next(); else Reveal.prev();
    return;
  }
  if (control.matches("pre, div") && !event.key.startsWith("Arrow")) return;
  if (event.key !== "Tab") event.stopPropagation();
}

// Bars beside the numbers, here and on the slide with the measurement.
function count(field) {
  const list = field.closest(".nc-poll"), hands = [...list.querySelectorAll("input")].map((i) => +i.value || 0);
  const most = Math.max(1, ...hands);
  list.querySelectorAll("label .nc-bar").forEach((bar, k) => { bar.style.width = `${100 * hands[k] / most}%`; });
  for (const result of document.querySelectorAll(`.nc-result[data-name="${CSS.escape(list.dataset.name)}"]`))
    result.querySelectorAll("li").forEach((row, k) => {
      row.querySelector(".nc-bar").style.width = `${100 * hands[k] / most}%`;
      row.querySelector(".nc-count").textContent = hands.some(Boolean) ? hands[k] : "";
    });
}

// What is shown fills the room that its slide has: a figure by its zoom, a formula, a table or code by
// the size of its type, which is never below what the last row can read.
function fit(slide) {
  const body = slide?.querySelector(".nc-body"), sizes = SIZES.filter(([part]) => slide?.querySelector(part));
  if (!body) return;
  const fits = () => body.scrollHeight <= body.clientHeight + 1 && body.scrollWidth <= body.clientWidth + 1;
  slide.style.removeProperty("--nc-zoom");
  if (slide.querySelector(".nc-live")) for (let zoom = 2.4; zoom > 1.2; zoom -= 0.05) {
    slide.style.setProperty("--nc-zoom", zoom.toFixed(2));
    if (fits()) break;
  }
  for (const [part, , most] of sizes) for (const one of slide.querySelectorAll(part)) one.style.fontSize = `${most}px`;
  for (let share = 1; share > 0 && !fits(); share -= 0.1)
    for (const [part, least, most] of sizes)
      for (const one of slide.querySelectorAll(part)) one.style.fontSize = `${least + share * (most - least)}px`;
  for (const one of slide.querySelectorAll("pre")) one.style.whiteSpace = fits() ? "pre" : "pre-wrap";
}

window.addEventListener("keydown", keys, true);
document.addEventListener("input", (event) => { if (event.target.closest(".nc-poll")) count(event.target); });

const ready = () => { document.documentElement.dataset.ready = "true"; };

// Pages for print exist when reveal.js says so, which may be before or after it has started.
Reveal.on("pdf-ready", () => { Reveal.getSlides().forEach(fit); ready(); });
Reveal.initialize({
  width: 1600, height: 900, margin: 0.03, minScale: 0.1, maxScale: 4,
  center: false, hash: true, slideNumber: "c/t", transition: "none", backgroundTransition: "none",
  navigationMode: "default", controls: false, totalTime: __SECONDS__, pdfSeparateFragments: false, plugins: [RevealNotes],
}).then(() => {
  if (Reveal.isPrintView()) return;
  fit(Reveal.getCurrentSlide());
  Reveal.on("slidechanged", ({ currentSlide }) => requestAnimationFrame(() => fit(currentSlide)));
  ready();
});
