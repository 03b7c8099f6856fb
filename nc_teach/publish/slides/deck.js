// Starts the deck: reveal.js, the counted hands, and who owns the keys while a control has them.

const SMALLEST = 0.55; // to which share of its size an output may shrink to fit

// The clicker's keys always turn the page; all other keys belong to the control that has the focus.
function keys(event) {
  const control = event.target.closest?.("input, select, button, summary, [tabindex='0']");
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

// What was planned by counting lines can still be too tall: then its outputs shrink, never the code.
function fit(slide) {
  if (!slide?.matches(".nc-slide")) return;
  const body = slide.querySelector(".nc-body"), room = 890 - body.offsetTop;
  const figure = slide.querySelector(".nc-live .nc-figure");
  if (figure) for (let zoom = 1.45; zoom > 0.7; zoom -= 0.05) {
    slide.style.setProperty("--nc-zoom", zoom);
    if (body.scrollHeight <= room && figure.getBoundingClientRect().width / Reveal.getScale() <= 1601) break;
  }
  const loose = [...slide.querySelectorAll(".nc-fit, .nc-picture, .nc-block.nc-text")];
  for (let share = 1; share > SMALLEST && tooLarge(body, room); share -= 0.05)
    for (const part of loose) part.style.zoom = share;
}

function tooLarge(body, room) {
  return body.scrollHeight > room || body.scrollWidth > 1601;
}

window.addEventListener("keydown", keys, true);
document.addEventListener("input", (event) => { if (event.target.closest(".nc-poll")) count(event.target); });

Reveal.initialize({
  width: 1600, height: 900, margin: 0.03, minScale: 0.1, maxScale: 4,
  center: false, hash: true, slideNumber: "c/t", transition: "none", backgroundTransition: "none",
  navigationMode: "default", totalTime: __SECONDS__, pdfSeparateFragments: false, plugins: [RevealNotes],
}).then(() => {
  fit(Reveal.getCurrentSlide());
  Reveal.on("slidechanged", ({ currentSlide }) => requestAnimationFrame(() => fit(currentSlide)));
  document.documentElement.dataset.ready = "true";
});
