// The table of results can be narrowed to a chapter, a paper, an outcome. Without this script all of
// it is there.
document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("table.nc-results");
  if (!table) return;
  const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  const rows = [...table.querySelectorAll("tbody tr")];
  const value = (row, head) => row.cells[heads.indexOf(head)].textContent.trim().replace(/,? (arXiv|doi):.*/, "");
  const form = document.createElement("form"), told = document.createElement("output");
  form.className = "nc-filter";
  form.setAttribute("aria-label", "Which results to show");
  told.setAttribute("aria-live", "polite");
  const chosen = ["chapter", "paper", "here"].map((head) => {
    const label = document.createElement("label"), select = document.createElement("select");
    const found = new Map(); // value -> how often, in the order of the table
    for (const row of rows) found.set(value(row, head), (found.get(value(row, head)) ?? 0) + 1);
    select.append(new Option("all", ""));
    for (const [name, count] of found) select.append(new Option(`${name} (${count})`, name));
    select.name = head;
    label.append(head === "here" ? "outcome" : head, " ", select);
    form.append(label);
    return [head, select];
  });
  const reset = Object.assign(document.createElement("button"), { type: "reset", textContent: "Show all" });
  form.append(reset, told);
  const show = () => {
    for (const row of rows) row.hidden = chosen.some(([head, select]) => select.value && value(row, head) !== select.value);
    told.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} claims`;
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  (table.closest(".table-wrapper") ?? table).before(form);
  show();
});
