// Hides the GPUs that a reader did not choose and keeps the choice in the address. Without this script all rows show.
"use strict";
const rows = [...document.querySelectorAll("tr[data-id]")];
const chosen = new Set((new URLSearchParams(location.search).get("ids") || "").split(",").filter(Boolean));
const fold = document.createElement("details");
fold.className = "choices";
fold.open = chosen.size > 0;
const summary = document.createElement("summary");
summary.textContent = "Filter GPUs";
const box = document.createElement("fieldset");
const title = document.createElement("legend");
title.textContent = "Show only";
box.append(title);
fold.append(summary, box);

function show() {
  for (const row of rows) row.hidden = chosen.size > 0 && !chosen.has(row.dataset.id);
}

for (const row of rows) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = chosen.has(row.dataset.id);
  input.addEventListener("change", () => {
    chosen[input.checked ? "add" : "delete"](row.dataset.id);
    const query = chosen.size ? `?ids=${[...chosen].map(encodeURIComponent).join(",")}` : location.pathname;
    history.replaceState(null, "", query);
    show();
  });
  label.append(input, row.cells[0].textContent);
  box.append(label);
}
const place = document.getElementById("choose");
place.append(fold);
place.hidden = false;
show();
