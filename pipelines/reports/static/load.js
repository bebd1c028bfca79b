// Works out the machines for a reader's own tokens per day and bound on the time per token, from the rows of the table: what a
// machine costs and serves in a day, and how fast it answers. Without this script the table shows the defaults.
"use strict";
(() => {
  const table = document.getElementById("load-table"), form = document.getElementById("load-form"), body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, day: Number(row.dataset.day), capacity: Number(row.dataset.capacity), ms: Number(row.dataset.ms) }));
  const [tokens, bound] = ["l-tokens", "l-bound"].map((id) => document.getElementById(id));
  const few = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  const large = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, notation: "compact" });
  const usd = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumSignificantDigits: 4 });

  function show() {
    const volume = 1e6 * Number(tokens.value), most = Number(bound.value);
    if (!(volume > 0) || !(most > 0)) return; // half a number is no question yet
    for (const machine of rows) {
      machine.count = Math.max(Math.ceil(volume / machine.capacity), 1);
      machine.cost = machine.count * machine.day;
    }
    const fit = rows.filter(({ ms }) => ms <= most).sort((a, b) => a.cost - b.cost);
    const shown = fit.slice(0, Number(table.dataset.most));
    for (const { row } of rows) row.hidden = true;
    for (const { row, count, cost } of shown) {
      row.hidden = false;
      row.cells[1].textContent = few.format(cost);
      row.cells[3].textContent = few.format(count);
      row.cells[4].textContent = few.format((cost / volume) * 1e6);
      body.append(row);
    }
    document.getElementById("l-what").textContent = `${large.format(volume)} tokens a day at up to ${few.format(most)} ms per token`;
    const { host, mixed } = table.dataset, best = shown[0];
    const api = host && (Number(mixed) * volume) / 1e6;
    const parts = [
      best
        ? `${large.format(volume)} tokens a day cost ${usd.format(best.cost)} a day on ${best.count > 1 ? `${few.format(best.count)} machines of ` : ""}${best.row.cells[0].textContent} at ${best.row.cells[2].textContent}`
        : `No machine here keeps ${few.format(most)} ms per token`,
      host ? `${usd.format(api)} a day at the cheapest hosted API, ${host}` : "no list states a hosted price of this model",
    ];
    const verdict = best && host ? (api < best.cost ? " The API costs less." : " Self-hosting costs less.") : "";
    document.getElementById("load-status").textContent = `${parts.join("; ")}.${verdict}`;
  }
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
