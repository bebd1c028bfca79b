// Saves a chart as SVG or PNG, with what it shows, where it comes from and under which terms in the picture itself. The chart is
// copied as it is drawn, each element with its own colours and sizes, so that the file needs no style sheet.
"use strict";
(() => {
  const NS = "http://www.w3.org/2000/svg", WIDTH = 1000, MARGIN = 24, LINE = 17, SHARPNESS = 2;
  const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight", "text-anchor"];
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

  // Only in a browser's window is it known how wide a text is.
  const pen = document.createElement("canvas").getContext("2d");
  function wrapped(text, size, weight) {
    pen.font = `${weight} ${size}px ${FONT}`;
    const lines = [""];
    for (const word of text.split(/[ \n]+/)) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (lines.at(-1) && pen.measureText(longer).width > WIDTH) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines.filter(Boolean);
  }
  function styled(original, copy) {
    const computed = getComputedStyle(original);
    for (const name of STYLES) copy.setAttribute(name, computed.getPropertyValue(name));
    copy.removeAttribute("class");
    for (let n = 0; n < original.children.length; n++) styled(original.children[n], copy.children[n]);
  }
  function picture(figure) {
    const page = getComputedStyle(document.body), quiet = getComputedStyle(figure.querySelector("svg text")).fill;
    const drawn = figure.querySelector(":scope > svg"), copy = drawn.cloneNode(true), height = drawn.height.baseVal.value;
    styled(drawn, copy);
    const all = document.createElementNS(NS, "svg");
    all.setAttribute("xmlns", NS);
    all.setAttribute("font-family", FONT);
    const ground = document.createElementNS(NS, "rect");
    all.append(ground);
    let y = MARGIN;
    const write = (text, size, weight, fill) => {
      for (const line of wrapped(text, size, weight)) {
        y += size + 4;
        const made = document.createElementNS(NS, "text");
        for (const [name, value] of Object.entries({ x: MARGIN, y, fill, "font-size": size, "font-weight": weight })) made.setAttribute(name, value);
        made.textContent = line;
        all.append(made);
      }
    };
    const titles = document.title.split(" · ")[0];
    write(titles, 20, 700, page.color);
    write(figure.querySelector("figcaption").innerText, 14, 400, page.color);
    y += LINE;
    for (const [name, value] of Object.entries({ x: MARGIN, y, width: WIDTH, height })) copy.setAttribute(name, value);
    all.append(copy);
    y += height;
    figure.querySelectorAll(".events li").forEach((item, n) => write(`${n + 1}. ${item.firstChild.textContent.trim()}`, 12, 400, page.color));
    write([...figure.querySelectorAll(".legend .note")].map((note) => note.textContent.trim()).join("; "), 12, 400, quiet);
    y += LINE / 2;
    if (figure.dataset.warning) write(figure.dataset.warning, 13, 700, page.color);
    const address = /https?:\/\//.test(figure.dataset.citation) || !location.protocol.startsWith("http") ? "" : ` ${location.origin}${location.pathname}`;
    write(figure.dataset.citation + address, 12, 400, quiet);
    y += MARGIN;
    const size = { width: WIDTH + 2 * MARGIN, height: Math.ceil(y) };
    for (const [name, value] of Object.entries({ ...size, viewBox: `0 0 ${size.width} ${size.height}` })) all.setAttribute(name, value);
    for (const [name, value] of Object.entries({ ...size, fill: page.backgroundColor })) ground.setAttribute(name, value);
    return { ...size, text: new XMLSerializer().serializeToString(all) };
  }
  function save(blob, name) {
    const made = document.createElement("a");
    made.href = URL.createObjectURL(blob);
    made.download = name;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 10000);
  }
  const FORMS = {
    SVG: (figure, name) => save(new Blob([picture(figure).text], { type: "image/svg+xml" }), name),
    async PNG(figure, name) {
      const { text, width, height } = picture(figure), image = new Image(), canvas = document.createElement("canvas");
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`; // a blob's picture may not be read back from disk
      await image.decode();
      canvas.width = SHARPNESS * width;
      canvas.height = SHARPNESS * height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, name), "image/png");
    },
  };
  for (const figure of document.querySelectorAll("figure.chart[data-citation]")) {
    const actions = document.createElement("p");
    actions.className = "actions";
    for (const [form, saved] of Object.entries(FORMS)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = `Save as ${form}`;
      button.setAttribute("aria-label", `Save as ${form}: ${figure.querySelector("figcaption strong").textContent}`);
      button.addEventListener("click", () => saved(figure, `${figure.dataset.name}.${form.toLowerCase()}`));
      actions.append(button, " ");
    }
    figure.append(actions);
  }
})();
