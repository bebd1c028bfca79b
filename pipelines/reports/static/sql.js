// Loads DuckDB on request and shows query results. Results are text: nothing from the data becomes markup.
"use strict";
const button = document.getElementById("load");
const form = document.getElementById("ask");
const query = document.getElementById("query");
const statusLine = document.getElementById("status");
const answer = document.getElementById("answer");
const MOST = 500;
let connection;

function say(text, isWrong = false) {
  statusLine.textContent = text;
  statusLine.className = isWrong ? "wrong" : "";
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
    say(`Loading failed: ${error.message || error}. Pages opened from disk cannot load files: use gpuhour report serve.`, true);
  }
});

function cell(tag, text, isNumber) {
  const element = document.createElement(tag);
  element.textContent = text === null || text === undefined ? "" : String(text);
  if (isNumber) element.className = "n";
  return element;
}

function table({ columns, rows }) {
  const numeric = columns.map((_, i) => rows.every((r) => r[i] === null || typeof r[i] === "number"));
  const tableElement = document.createElement("table");
  const head = tableElement.createTHead().insertRow();
  columns.forEach((name, i) => {
    const th = cell("th", name, numeric[i]);
    th.scope = "col";
    head.append(th);
  });
  const body = tableElement.createTBody();
  for (const row of rows.slice(0, MOST)) {
    const tr = body.insertRow();
    row.forEach((value, i) => tr.append(cell("td", value, numeric[i])));
  }
  return tableElement;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const began = performance.now();
  try {
    const result = await connection.ask(query.value);
    answer.replaceChildren(table(result));
    answer.hidden = false;
    const more = result.rows.length > MOST ? `, the first ${MOST} shown` : "";
    say(`${result.rows.length} rows${more}, ${Math.round(performance.now() - began)} ms.`);
  } catch (error) {
    answer.hidden = true;
    say(error.message || String(error), true);
  }
});

query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
