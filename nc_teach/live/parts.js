// What every live component in the browser shares: elements, themes, controls, a notebook's still
// picture. `page.script` puts this before the component's own file, and both are one module.

const SETTLED = 400; // ms without a move before the sentence is spoken

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// --- on dark paper (dark.py says how the colours were chosen) --------------------------------------

// Whether the first background behind an element is dark, whatever theme made it so; where none
// has a colour, whether the text is light.
function onDark(element) {
  const pen = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    pen.fillStyle = "transparent"; // what stays where an element is not on the page yet
    pen.fillStyle = colour;
    pen.clearRect(0, 0, 1, 1);
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return alpha > 127 ? 0.3 * red + 0.59 * green + 0.11 * blue : NaN;
  };
  for (let place = element; place; place = place.parentElement) {
    const paper = light(getComputedStyle(place).backgroundColor);
    if (!Number.isNaN(paper)) return paper < 100;
  }
  return light(getComputedStyle(element).color) > 155;
}

// Call `changed` whenever the page may have another theme; returns how to stop.
function watchTheme(changed) {
  const soon = () => { changed(); setTimeout(changed, 300); }; // a theme's colours may come after its name
  const watcher = new MutationObserver(soon);
  for (const place of [document.documentElement, document.body])
    watcher.observe(place, { attributes: true, attributeFilter: ["class", "style", "data-theme", "data-jp-theme-light"] });
  const queries = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query));
  queries.forEach((query) => query.addEventListener("change", soon));
  return () => { watcher.disconnect(); queries.forEach((query) => query.removeEventListener("change", soon)); };
}

// JupyterLab takes the arrow keys away from an input that does not ask to keep them.
function input(type, attributes = {}) {
  return make("input", { type, "data-lm-suppress-shortcuts": "true", autocomplete: "off", ...attributes });
}

// --- controls: each gives its element and its position --------------------------------------------

function slider({ label, texts, start }, change) {
  const thumb = input("range", { min: 0, max: texts.length - 1, step: 1 });
  const readout = make("span", { class: "nc-value", "aria-hidden": "true" }); // the thumb says it
  const say = () => {
    readout.textContent = texts[thumb.value];
    thumb.setAttribute("aria-valuetext", texts[thumb.value]);
    thumb.style.setProperty("--share", thumb.value / Math.max(1, texts.length - 1));
  };
  thumb.value = start;
  thumb.addEventListener("input", () => { say(); change(); });
  say();
  readout.style.minWidth = `${Math.max(...texts.map((text) => text.length))}ch`;
  const element = make("label", { class: "nc-slider" }, make("span", {}, label), thumb);
  return { element: make("div", { class: "nc-control" }, element, readout), at: () => +thumb.value };
}

function choice({ label, texts, start }, change) {
  if (texts.length > 4) {
    const list = make("select", { "data-lm-suppress-shortcuts": "true" }, ...texts.map((text) => make("option", {}, text)));
    list.selectedIndex = start;
    list.addEventListener("change", change);
    return { element: make("label", { class: "nc-control" }, make("span", {}, label), list), at: () => list.selectedIndex };
  }
  const name = `nc-${Math.random().toString(36).slice(2)}`; // so that figures on one page do not share
  const buttons = texts.map((text, k) => input("radio", { name, value: k }));
  buttons[start].checked = true;
  buttons.forEach((button) => button.addEventListener("change", change));
  const choices = texts.map((text, k) => make("label", {}, buttons[k], make("span", {}, text)));
  const group = make("fieldset", { class: "nc-control" }, make("legend", {}, label), ...choices);
  return { element: group, at: () => buttons.findIndex((button) => button.checked) };
}

function toggle({ label, start }, change) {
  const box = input("checkbox");
  box.checked = Boolean(start);
  box.addEventListener("change", change);
  return { element: make("label", { class: "nc-control nc-toggle" }, box, make("span", {}, label)), at: () => Number(box.checked) };
}

const KINDS = { slider, choice, toggle };

// --- in a notebook --------------------------------------------------------------------------------

// The still picture and its caption are the two outputs before this one; hide them while we live.
function hideStill(el) {
  const caption = el.closest(".jp-OutputArea-child")?.previousElementSibling;
  const picture = caption?.previousElementSibling;
  if (!picture?.querySelector(".jp-RenderedImage") || !caption.querySelector(".jp-RenderedMarkdown")) return () => {};
  for (const still of [picture, caption]) still.style.display = "none";
  return () => { for (const still of [picture, caption]) still.style.display = ""; };
}
