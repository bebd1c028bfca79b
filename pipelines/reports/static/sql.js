// Loads DuckDB when asked to, and shows what it answers. Results are text: nothing from the data becomes markup.
"use strict";
const button = document.getElementById("load");
const form = document.getElementById("ask");
const query = document.getElementById("query");
const said = document.getElementById("said");
const answer = document.getElementById("answer");
const MOST = 500;
let connection;

function say(text, isWrong = false) {
  said.textContent = text;
  said.className = isWrong ? "wrong" : "";
}

button.addEventListener("click", async () => {
  button.disabled = true;
  say("Loading …");
  const at = (path) => new URL(button.dataset.root + path, location.href).href;
  try {
    const { open } = await import(at(button.dataset.shell));
    connection = await open(at(button.dataset.wasm), at(button.dataset.worker), at(button.dataset.cut));
    button.parentElement.hidden = true;
    form.hidden = false;
    query.focus();
    say("Ready: v1.offers_latest, v1.price_changes, v1.index_daily, v1.series, v1.meta.");
  } catch (error) {
    button.disabled = false;
    say(`It did not load: ${error.message || error}. Opened from a disk, a page may load nothing: use gpuhour report serve.`, true);
  }
});

function cell(tag, text, isNumber) {
  const found = document.createElement(tag);
  found.textContent = text === null || text === undefined ? "" : String(text);
  if (isNumber) found.className = "n";
  return found;
}

function table({ columns, rows }) {
  const numeric = columns.map((_, i) => rows.every((r) => r[i] === null || typeof r[i] === "number"));
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  columns.forEach((name, i) => {
    const th = cell("th", name, numeric[i]);
    th.scope = "col";
    head.append(th);
  });
  const body = made.createTBody();
  for (const row of rows.slice(0, MOST)) {
    const tr = body.insertRow();
    row.forEach((value, i) => tr.append(cell("td", value, numeric[i])));
  }
  return made;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const began = performance.now();
  try {
    const found = await connection.ask(query.value);
    answer.replaceChildren(table(found));
    answer.hidden = false;
    const more = found.rows.length > MOST ? `, the first ${MOST} shown` : "";
    say(`${found.rows.length} rows${more}, ${Math.round(performance.now() - began)} ms.`);
  } catch (error) {
    answer.hidden = true;
    say(error.message || String(error), true);
  }
});

query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
