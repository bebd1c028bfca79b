// Filters, sorts and pages the offers. Plain DOM: the state is one object that is read from and written to the address, and
// a screen of rows is made at a time, so there is nothing for a framework to do. All texts go in as text, never as markup.
"use strict";
(() => {
  const data = globalThis.gpuhourOffers;
  if (!data) return; // the table of the cheapest offers stays
  const { lists, columns } = data;
  const total = columns.usd.length, FIRST = 20, MORE = 200, PAUSE = 150, DAY = 86400000;
  const HOURS = { hour: 1, month: 730, year: 8760 };
  const STOCKS = { available: "available", limited: "limited", sold_out: "sold out", waitlist: "waiting list", unknown: "–" };
  const KINDS = { provider: "rents out machines of its own", marketplace: "marketplace", aggregator: "aggregator" };
  const DEFAULTS = {
    q: "", gpu: "", n: "", continent: "", model: "on_demand", stock: "open", per: "hour", cur: "USD", country: "", provider: "",
    kind: "", term: "", fresh: "week", vram: "", vcpus: "", ram: "", max: "", sort: "price",
  };
  const get = (id) => document.getElementById(id);
  const form = get("filters"), body = get("offers").tBodies[0], status = get("status");
  const rates = new Map(data.rates.map(([code, usd, day]) => [code, { usd, day }]));
  const at = (name, row) => lists[name][columns[name][row]];
  const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
  const digits = (places) => new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places });
  const exact = digits(3), rounded = digits(2), whole = digits(0);
  const countries = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "region" }) : null;
  let state = { ...DEFAULTS }, matching = [], shown = 0, texts = null, waiting = 0;

  const isSoldOut = (stock) => stock === "sold_out" || stock === "waitlist";
  function country(code) {
    try { return (countries && countries.of(code)) || code; } catch { return code; }
  }
  // a text with a moment of the data's own days: "20 Sep 2026", as the rest of the site writes it
  function day(iso) {
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const [year, month, date] = iso.split("-").map(Number);
    return `${date} ${months[month - 1]} ${year}`;
  }
  const seenOn = (row) => new Date(Date.parse(data.as_of) - columns.age[row] * DAY).toISOString().slice(0, 10);

  // -- prices ------------------------------------------------------------------------------------------------------
  const factors = () => {
    const { usd } = rates.get(state.cur);
    const hours = HOURS[state.per];
    // an offer in the chosen currency was converted at the rate of its own day: the same rate leads back to what it says
    return lists.currency.map(([code, own]) => hours / (code === state.cur && own ? own : usd));
  };
  let byCurrency = [];
  const price = (row) => columns.usd[row] * byCurrency[columns.currency[row]];
  const money = (value) => (state.per === "hour" ? exact : value < 1000 ? rounded : whole).format(value);
  const unit = () => `${state.cur} per GPU‑${state.per}`;

  // -- filters -----------------------------------------------------------------------------------------------------
  // What can be searched for, one text per value of a list: a word matches an offer if it is in any of its values' texts.
  const SEARCHED = {
    gpu: ([name, memory, label]) => `${label.replace("\u00a0", " ")} ${memory === null ? "" : `${memory}gb`} ${name}`,
    provider: ([name, kind, , slug]) => `${name} ${slug} ${kind}`,
    form: (form) => form,
    instance: (instance) => instance,
    region: (region) => region,
    place: ([code, continent]) => `${code && country(code)} ${continent}`,
    term: ([, , label]) => label,
    stock: (stock) => STOCKS[stock] || stock,
  };
  function matches(word) {
    texts = texts || Object.entries(SEARCHED).map(([name, text]) => [columns[name], lists[name].map((value) => text(value).toLowerCase())]);
    const found = texts.map(([column, values]) => [column, values.map((value) => value.includes(word))]).filter(([, good]) => good.includes(true));
    const times = /^\d+(\.\d+)?x$/.test(word) ? Number.parseFloat(word) : null;
    return (row) => columns.count[row] === times || found.some(([column, good]) => good[column[row]]);
  }
  // Each criterion is a test of one list's values, made once per value, or of a number: no texts are compared per offer.
  function tests() {
    const all = [];
    const listed = (name, accept) => {
      const good = lists[name].map(accept), column = columns[name];
      all.push((row) => good[column[row]]);
    };
    const least = (name, given) => given > 0 && all.push((row) => columns[name][row] !== null && columns[name][row] >= given);
    if (state.gpu) listed("gpu", ([name]) => name === state.gpu);
    if (state.vram) listed("gpu", ([, memory]) => memory !== null && memory >= Number(state.vram));
    if (state.continent) listed("place", ([, continent]) => continent === state.continent);
    if (state.country) listed("place", ([code]) => code === state.country);
    if (state.provider) listed("provider", (entry) => entry[3] === state.provider);
    if (state.kind) listed("provider", ([, kind]) => kind === state.kind);
    if (state.model !== "any") listed("term", ([model]) => model === state.model);
    if (state.term) listed("term", ([, months]) => (state.term === "none" ? !months : String(months) === state.term));
    if (state.stock === "open") listed("stock", (stock) => !isSoldOut(stock));
    else if (state.stock === "stated") listed("stock", (stock) => stock === "available" || stock === "limited");
    if (state.fresh !== "any") {
      const most = state.fresh === "today" ? 0 : data.fresh_days;
      all.push((row) => columns.age[row] <= most);
    }
    const wanted = Number.parseFloat(state.n);
    if (state.n === "") all.push((row) => columns.count[row] >= 1);
    else if (state.n.endsWith("+")) all.push((row) => columns.count[row] >= wanted);
    else if (state.n !== "any") all.push((row) => columns.count[row] === wanted);
    least("vcpus", Number(state.vcpus));
    least("ram", Number(state.ram));
    if (Number(state.max) > 0) all.push((row) => price(row) <= Number(state.max));
    const asked = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    for (const word of asked) all.push(matches(word));
    return all;
  }

  // -- order -------------------------------------------------------------------------------------------------------
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  function ranks(name, text) {
    const order = lists[name].map((value, index) => [text(value), index]).sort((a, b) => compare(a[0], b[0]));
    const rank = new Array(order.length);
    let last = 0;
    order.forEach(([value, index], place) => {
      if (place && compare(value, order[place - 1][0])) last = place;
      rank[index] = value === "" ? null : last;
    });
    return (row) => rank[columns[name][row]];
  }
  const stockOrder = ["available", "limited", "unknown", "waitlist", "sold_out"];
  const KEYS = {
    provider: () => ranks("provider", ([name]) => name),
    price: () => price,
    stock: () => (row) => stockOrder.indexOf(at("stock", row)),
    gpu: () => ranks("gpu", ([, , label]) => label),
    count: () => (row) => columns.count[row],
    vram: () => (row) => at("gpu", row)[1],
    term: () => ranks("term", ([, , label]) => label),
    place: () => ranks("place", ([code, continent]) => (continent || code ? `${continent} ${code && country(code)}` : "")),
    vcpus: () => (row) => columns.vcpus[row],
    ram: () => (row) => columns.ram[row],
    age: () => (row) => columns.age[row],
  };
  function sorted(rows) {
    const key = state.sort.replace("-", ""), sign = state.sort.startsWith("-") ? -1 : 1;
    const value = KEYS[key](), of = new Array(total);
    for (const row of rows) of[row] = value(row);
    // what is unknown comes last in either direction; ties keep the order of the data, cheapest first
    return rows.sort((a, b) => {
      const x = of[a], y = of[b];
      if (x === y) return a - b;
      if (x === null) return 1;
      if (y === null) return -1;
      return sign * (x - y) || a - b;
    });
  }

  // -- rows --------------------------------------------------------------------------------------------------------
  function element(tag, text, kind) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }
  function link(address, text, label) {
    const made = element("a", text);
    made.href = address;
    if (label) made.setAttribute("aria-label", label);
    if (/^https?:/i.test(address)) made.rel = "nofollow noopener";
    return made;
  }
  const flag = (text) => element("span", text, "flag");
  function place(row) {
    const [code] = at("place", row), region = at("region", row);
    return region || (code ? country(code) : at("place", row)[1]) || "–";
  }
  function line(row) {
    const made = document.createElement("tr"), [name, kind, path] = at("provider", row), [, memory, gpu, gpuPath] = at("gpu", row);
    const cell = (kindOf, ...parts) => {
      const td = element("td", undefined, kindOf);
      td.append(...parts);
      made.append(td);
    };
    const head = element("th");
    head.scope = "row";
    head.className = "at";
    head.append(path ? link(path, name) : name);
    made.append(head);
    cell("n main", money(price(row)));
    const stock = at("stock", row), notes = [isSoldOut(stock) ? flag(STOCKS[stock]) : STOCKS[stock] || stock];
    if (kind !== "provider") notes.push(" ", flag(kind));
    if (columns.age[row] > data.fresh_days) notes.push(" ", flag(`stale since ${day(seenOn(row))}`));
    cell("", ...notes);
    const receipt = at("receipt", row), page = at("page", row), of = `${name}, ${at("instance", row) || gpu}`;
    const proofs = [receipt ? link(receipt, "receipt", `Receipt of ${of}`) : "–"];
    if (page) proofs.push(" ", link(page, "page", `Source page of ${of}`));
    cell("proof", ...proofs);
    const card = [gpuPath ? link(gpuPath, gpu) : gpu], form = at("form", row);
    if (form) card.push(" ", element("span", form, "quiet"));
    cell("", ...card);
    cell("n", plain.format(columns.count[row]));
    cell("n", memory === null ? "–" : plain.format(memory));
    const [, , term, upfront] = at("term", row);
    cell("", upfront && upfront !== "none" ? `${term}, ${upfront} upfront` : term);
    cell("what", at("instance", row) || "–");
    cell("what", place(row));
    cell("n", columns.vcpus[row] === null ? "–" : plain.format(columns.vcpus[row]));
    cell("n", columns.ram[row] === null ? "–" : plain.format(columns.ram[row]));
    const note = at("note", row);
    cell("d", day(seenOn(row)), ...(note ? [" ", flag(note)] : []));
    return made;
  }
  function more(count) {
    const part = document.createDocumentFragment();
    const end = Math.min(matching.length, shown + count);
    for (let i = shown; i < end; i++) part.append(line(matching[i]));
    shown = end;
    body.append(part);
    get("pages").hidden = shown >= matching.length;
    get("next").textContent = `Show ${whole.format(Math.min(MORE, matching.length - shown))} more of ${whole.format(matching.length)}`;
  }

  // -- the page follows the state ----------------------------------------------------------------------------------
  function show() {
    byCurrency = factors();
    const all = tests();
    const rows = [];
    next: for (let row = 0; row < total; row++) {
      for (const test of all) if (!test(row)) continue next;
      rows.push(row);
    }
    matching = sorted(rows);
    body.replaceChildren();
    shown = 0;
    more(FIRST);
    get("unit").textContent = unit();
    let best = -1;
    for (const row of matching) if (best < 0 || price(row) < price(best)) best = row;
    const count = `${whole.format(matching.length)} of ${whole.format(total)} offers`;
    status.textContent = best < 0
      ? `No offer matches; ${whole.format(total)} are in force.`
      : `${count}; the cheapest is ${money(price(best))} ${unit()} at ${at("provider", best)[0]}${isSoldOut(at("stock", best)) ? ", sold out" : ""}.`;
    for (const [name, key] of heads) {
      const isKey = state.sort.replace("-", "") === key;
      if (isKey) name.setAttribute("aria-sort", state.sort.startsWith("-") ? "descending" : "ascending");
      else name.removeAttribute("aria-sort");
    }
    const rate = rates.get(state.cur);
    get("caption").textContent = `Offers${rate.day ? `; ${state.cur} at the rate of ${day(rate.day)}` : ""}`;
  }
  function address() {
    const given = new URLSearchParams();
    for (const name of Object.keys(DEFAULTS)) if (state[name] !== DEFAULTS[name]) given.set(name, state[name]);
    return given.toString();
  }
  // A new address costs a browser as much as the rows do, so it follows them, once for a word that is typed.
  function keepSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  }
  function keep() {
    clearTimeout(waiting);
    waiting = 0;
    const text = address();
    // an address with a bare "#" would scroll to the top, and one without leaves no trace of what was reset
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }
  // Only known names with allowed values are taken from an address: it may come from anybody.
  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    state = { ...DEFAULTS };
    for (const name of Object.keys(DEFAULTS)) {
      const value = given.get(name), field = form.elements[name];
      if (value === null) continue;
      if (name === "sort") state.sort = Object.hasOwn(KEYS, value.replace(/^-/, "")) ? value : DEFAULTS.sort;
      else if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value)) state[name] = value.slice(0, 200);
    }
    for (const name of Object.keys(DEFAULTS)) if (name !== "sort") form.elements[name].value = state[name];
    const folded = [...get("more").querySelectorAll("[name]")];
    if (folded.some((field) => state[field.name] !== DEFAULTS[field.name])) get("more").open = true;
  }

  // -- controls ----------------------------------------------------------------------------------------------------
  function options(name, entries) {
    for (const [value, text] of entries) {
      const made = element("option", text);
      made.value = value;
      form.elements[name].append(made);
    }
  }
  const distinct = (values) => [...new Set(values)].filter((value) => value !== "" && value !== null);
  const byName = (a, b) => compare(a[1], b[1]);
  function fill() {
    options("gpu", [["", "any"], ...distinct(lists.gpu.map(([name]) => name)).map((name) => [name, name]).sort(byName)]);
    const counts = distinct(columns.count).sort((a, b) => a - b).filter((count) => count >= 1);
    options("n", [["", "1 or more"], ["any", "any, also parts of a GPU"], ...counts.map((count) => [String(count), plain.format(count)]), ["2+", "2 or more"],
      ["4+", "4 or more"], ["8+", "8 or more"]]);
    options("continent", [["", "any"], ...distinct(lists.place.map(([, continent]) => continent)).map((name) => [name, name]).sort(byName)]);
    const models = new Map(lists.term.map(([model, months, label]) => [model, months ? label.split(",")[0] : label]));
    options("model", [["any", "any"], ...new Map([["on_demand", "on demand"], ...[...models].sort(byName)])]);
    options("stock", [["open", "not sold out"], ["stated", "stated available"], ["any", "any"]]);
    options("per", [["hour", "hour"], ["month", "month"], ["year", "year"]]);
    options("cur", [...rates.keys()].map((code) => [code, code]));
    options("country", [["", "any"], ...distinct(lists.place.map(([code]) => code)).map((code) => [code, country(code)]).sort(byName)]);
    options("provider", [["", "any"], ...lists.provider.map(([name, , , slug]) => [slug, name]).sort(byName)]);
    options("kind", [["", "any"], ...distinct(lists.provider.map(([, kind]) => kind)).map((kind) => [kind, KINDS[kind] || kind])]);
    const months = distinct(lists.term.map(([, count]) => count || null)).sort((a, b) => a - b);
    options("term", [["", "any"], ["none", "no commitment"], ...months.map((count) => [String(count), count % 12 ? `${count} month${count > 1 ? "s" : ""}` : `${count / 12} year${count > 12 ? "s" : ""}`])]);
    options("fresh", [["today", `on ${day(data.as_of)}`], ["week", `within ${data.fresh_days} days`], ["any", "any time in force"]]);
    const sizes = distinct(lists.gpu.map(([, memory]) => memory)).sort((a, b) => a - b);
    options("vram", [["", "any"], ...sizes.map((size) => [String(size), `${plain.format(size)} GB`])]);
  }
  const heads = [...document.querySelectorAll("#offers thead th[data-sort]")].map((th) => {
    const button = element("button", undefined, "sort");
    button.type = "button";
    button.append(...th.childNodes);
    th.append(button);
    const key = th.dataset.sort;
    button.addEventListener("click", () => {
      state.sort = state.sort === key ? `-${key}` : key;
      show();
      keepSoon();
    });
    return [th, key];
  });
  function changed(event) {
    const { name, value } = event.target;
    if (!Object.hasOwn(DEFAULTS, name) || state[name] === value) return;
    state[name] = value;
    show();
    keepSoon();
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  get("reset").addEventListener("click", () => {
    clearTimeout(waiting);
    history.replaceState(null, "", location.pathname + location.search);
    read();
    show();
  });
  addEventListener("pagehide", () => waiting && keep());
  get("next").addEventListener("click", () => {
    const first = shown;
    more(MORE);
    body.rows[first].cells[0].querySelector("a")?.focus();
  });
  addEventListener("hashchange", () => {
    if (location.hash && !location.hash.includes("=")) keep(); // a jump within the page, as by "Skip to content"
    else { read(); show(); }
  });

  // -- CSV: all offers that match, in their order ------------------------------------------------------------------
  // A cell that starts with one of these is a formula in a spreadsheet; the site's other files do the same.
  const cellOf = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  function csv() {
    const rate = rates.get(state.cur);
    const lines = [["provider", "kind", "gpu", "gpu_memory_gb", "form_factor", "gpu_count", "instance", "region", "country", "continent", "vcpus", "ram_gb",
      "pricing_model", "term_months", "upfront", `${state.cur.toLowerCase()}_per_gpu_${state.per}`, "rate_on", "usd_per_gpu_hour", "availability",
      "last_seen_on", "note", "receipt", "source_url"]];
    for (const row of matching) {
      const [gpu, memory] = at("gpu", row), [, kind, , slug] = at("provider", row), [code, continent] = at("place", row), [model, months, , upfront] = at("term", row);
      const own = at("currency", row)[0] === state.cur;
      const receipt = at("receipt", row);
      lines.push([slug, kind, gpu, memory, at("form", row), columns.count[row], at("instance", row), at("region", row), code, continent, columns.vcpus[row], columns.ram[row],
        model, months, upfront, Number(price(row).toPrecision(9)), own ? "" : rate.day, columns.usd[row], at("stock", row), seenOn(row), at("note", row),
        receipt && new URL(receipt, location.href).href.split("#")[0], at("page", row)]);
    }
    return lines.map((cells) => cells.map(cellOf).join(",")).join("\r\n") + "\r\n";
  }
  get("csv").addEventListener("click", () => {
    const made = link(URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" })), "");
    made.download = `gpuhour-offers-${data.as_of}.csv`;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 10000);
  });

  fill();
  read();
  form.hidden = false;
  show();
})();
