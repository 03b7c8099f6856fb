// The classroom's form: a guess (number and slider), a quiz (one button per choice) or an
// exercise's card (buttons for check, hints and solution).
// Python sends `content` once and `reply` after every answer; answers go back as messages.

const LATE = 15000; // ms after which the kernel is taken for gone

let counter = 0;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function hideTwin(id) {
  const hidden = [];
  for (const twin of document.querySelectorAll(`[data-nc-twin="${id}"]`)) {
    const output = twin.closest(".jp-OutputArea-child") ?? twin;
    output.style.display = "none";
    hidden.push(output);
  }
  return () => hidden.forEach((output) => (output.style.display = ""));
}

// JupyterLab takes the keys away from a control that does not ask to keep them.
function keepKeys(root) {
  for (const control of root.querySelectorAll("input, button, summary")) {
    control.dataset.lmSuppressShortcuts = "true"; // Lab looks at the focused element alone
  }
}

function guess(model, root) {
  const { question, unit, low, high, step } = model.get("content");
  const id = `nc-guess-${++counter}`;
  const scale = { min: low, max: high, step: "any" };
  const number = make("input", { type: "number", id, ...scale, step, placeholder: "no guess" });
  const range = make("input", { type: "range", ...scale, step, "aria-label": question });
  const enter = make("button", { type: "button", class: "nc-main" }, "That is my guess");
  const skip = make("button", { type: "button", class: "nc-quiet" }, "Skip");
  const status = make("p", { class: "nc-status", role: "status", "aria-live": "polite" });
  const ends = [low, high].map((end) => make("span", {}, `${end}`));
  const track = make("div", { class: "nc-track" }, range,
    make("div", { class: "nc-scale", "aria-hidden": "true" }, ...ends));
  const form = make(
    "div",
    { role: "group", "aria-label": question },
    make("label", { for: id, class: "nc-question" }, make("b", {}, "Your guess: "), question),
    make("div", { class: "nc-row" }, track, make("span", { class: "nc-value" }, number, unit)),
    make("div", { class: "nc-row" }, enter, skip),
    status,
  );
  // The handle is where the number says: in the middle, and not to be seen, where there is none.
  const follow = () => {
    const unset = number.value === "";
    range.value = unset ? (low + high) / 2 : number.value;
    range.classList.toggle("nc-unset", unset);
    range.setAttribute("aria-valuetext", unset ? "no guess yet" : `${number.value} ${unit}`.trim());
  };
  const take = () => {
    number.value = range.value;
    follow();
  };
  const submit = () => {
    if (number.value === "") refresh(); // what is recorded stands there again
    const value = number.valueAsNumber;
    if (Number.isNaN(value)) status.textContent = "Move the slider or type a number first.";
    else if (value < low || value > high) status.textContent = `From ${low} to ${high}, please.`;
    else model.send({ value });
  };
  range.addEventListener("input", take);
  number.addEventListener("input", follow);
  range.addEventListener("click", () => {
    if (number.value !== "") return;
    take(); // a click where the hidden handle is changes nothing, and is a guess all the same
    submit();
  });
  enter.addEventListener("click", submit);
  for (const input of [number, range]) {
    input.addEventListener("change", submit); // a value that was set counts without the button
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      submit();
    });
  }
  skip.addEventListener("click", () => model.send({ skip: true }));
  const refresh = () => {
    const reply = model.get("reply");
    status.textContent = reply.text ?? "";
    if (reply.problem) return;
    number.value = reply.value ?? "";
    follow();
  };
  root.append(form);
  return refresh;
}

function quiz(model, root) {
  const { questions } = model.get("content");
  const groups = questions.map(({ text, choices }, index) => {
    const id = `nc-quiz-${++counter}`;
    const rows = choices.map((choice, number) => {
      const says = make("p", { class: "nc-says", role: "status", "aria-live": "polite" });
      const button = make("button", { type: "button", class: "nc-choice", "aria-pressed": "false" });
      button.append(make("span", { class: "nc-letter" }, "abcdefgh"[number]), make("span", {}, choice));
      button.addEventListener("click", () => model.send({ question: index, choice: number }));
      return { button, says };
    });
    const group = make("div", { role: "group", "aria-labelledby": id, class: "nc-group" });
    group.append(make("p", { id, class: "nc-question" }, make("b", {}, `${index + 1}. `), text));
    for (const { button, says } of rows) group.append(button, says);
    root.append(group);
    return rows;
  });
  const status = make("p", { class: "nc-status", role: "status", "aria-live": "polite" });
  root.append(status);
  return () => {
    const reply = model.get("reply");
    status.textContent = reply.text ?? "";
    for (const { question, choice, right, says } of reply.chosen ?? []) {
      const row = groups[question][choice];
      row.button.setAttribute("aria-pressed", "true");
      row.button.dataset.right = right;
      if (row.says.textContent !== says) row.says.textContent = says;
    }
  };
}

// What stands on a card is HTML that Python has made from its own texts, the reader's escaped.
function card(model, root) {
  const { title, words, name } = model.get("content");
  const top = make("div"), answers = {};
  top.innerHTML = words;
  const row = make("div", { class: "nc-row" });
  const press = (what, ...label) => {
    const button = make("button", { type: "button" }, ...label);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      if (what === "check") tell("Checking; if a cell is running, when it has ended \u2026");
      clearTimeout(timer);
      timer = setTimeout(() => tell("No answer yet. If the kernel was restarted, run this cell again."), LATE);
      model.send({ press: what });
    });
    row.append(button);
    return button;
  };
  let timer = 0;
  const tell = (text) => (status.textContent = text);
  press("check", "Check ", make("code", {}, name)).classList.add("nc-main");
  const hint = press("hint", "");
  press("solution", "Solution");
  const status = make("p", { class: "nc-status", role: "status", "aria-live": "polite" });
  for (const part of ["check", "hints", "solution"]) answers[part] = make("div");
  for (const spoken of [answers.check, answers.hints]) spoken.setAttribute("role", "status");
  root.append(make("div", { role: "group", "aria-label": title }, top, row, status, ...Object.values(answers)));
  return () => {
    const reply = model.get("reply");
    clearTimeout(timer);
    tell(reply.text ?? "");
    for (const [part, place] of Object.entries(answers)) {
      if (place.shown === reply[part]) continue; // or it would be read aloud again
      place.innerHTML = place.shown = reply[part];
      keepKeys(place);
    }
    hint.textContent = reply.hint ?? "Hint 1 of 2";
    hint.setAttribute("aria-disabled", String(Boolean(reply.done)));
  };
}

function render({ model, el }) {
  const root = make("div", { class: "nc-form" });
  const refresh = { guess, quiz, card }[model.get("kind")](model, root);
  keepKeys(root);
  el.append(root);
  refresh();
  model.on("change:reply", refresh);
  const showTwin = hideTwin(model.get("twin"));
  return () => {
    model.off("change:reply", refresh);
    showTwin();
  };
}

export default { render };
