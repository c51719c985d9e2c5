// Draws the charts when they are scrolled to, and answers the page's controls. Nothing is fetched.
// Charts mark themselves with data-drawn; whatever fails is shown in the page.

// ---- drawing ---------------------------------------------------------------------------------

const scaleOf = (values) => {
  const least = Math.min(...values);
  return least > 0 && least * data.logFrom < Math.max(...values) ? "log" : "linear";
};
const scaleText = (type) => (type === "log" ? '"log"' : '"linear","zero":false');
const inner = (value) => JSON.stringify(value).slice(1, -1);

function contentOf(figure) {
  const { kind, group, axis } = figure.dataset;
  if (kind === "overview") {
    const name = headline[group];
    const rows = name ? headlineRows(group, name) : overviewRows(group);
    const cases = [...new Set(rows.map((row) => row.case))];
    const what = name || "time";
    return { datasets: { overview: rows, one: [{ ratio: 1 }] }, order: cases,
      quantity: `${what} ÷ ${what} of the reference` };
  }
  const point = data.benchmarks[group].points[shown[group]];
  const order = point.series.map((s) => s.d);
  const { unit } = point;
  if (kind === "heat") {
    const { other } = figure.dataset;
    const rows = heatRows(group, axis, other);
    return { datasets: { heat: rows }, order: [...new Set(rows.map((r) => r.row))], axis, other };
  }
  if (details.has(kind)) return detailContent(kind, group, axis, order);
  if (kind !== "curve") return { datasets: sampleRows(point), order, unit, x: point.x };
  const rows = curveRows(group, axis);
  const other = quantity[group] >= 0;
  const limits = other ? [] : limitRows(group, axis, rows);
  const heights = [...rows.map((row) => row.median), ...limits.map((row) => row.limit)];
  const [x, y] = [scaleOf(rows.map((row) => row.value)), scaleOf(heights)];
  const name = other ? scaledName(group, axis) : `time per op, ${unit}`;
  return { datasets: { curve: rows, limits }, order, unit, x, y, axis, quantity: name };
}

function mode() {
  if (root.dataset.theme) return root.dataset.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function specOf(figure) {
  const content = contentOf(figure);
  if (content.order.length === 0) return null;
  const { token, rows } = data.height;
  const height = (rows[figure.dataset.kind] ?? 0) * content.order.length;
  const text = data.templates[figure.dataset.kind]
    .replaceAll('"@designs"', () => inner(data.designs))
    .replaceAll('"@colours"', () => inner(data.colours[mode()]))
    .replaceAll('"@order"', () => inner(content.order))
    .replaceAll('"@x"', scaleText(content.x))
    .replaceAll('"@y"', scaleText(content.y))
    .replaceAll(`"height":${token}`, `"height":${height}`)
    .replaceAll("{unit}", content.unit ?? "ns")
    .replaceAll('"@heat"', () => inner(data.heat[mode()]))
    .replaceAll("{axis}", () => inner(content.axis ?? ""))
    .replaceAll("{other}", () => inner(content.other ?? ""))
    .replaceAll("{quantity}", () => inner(content.quantity ?? ""));
  const gone = [...(hidden[figure.dataset.group] ?? [])];
  const spec = { ...JSON.parse(text), datasets: content.datasets };
  if (content.datasets.limits?.length === 0) { // an empty layer would have an infinite extent
    spec.layer = spec.layer.filter((layer) => layer.data.name !== "limits");
  }
  spec.params = spec.params.map((p) => (p.name === "hidden" ? { ...p, value: gone } : p));
  return spec;
}

const drawn = new Map(); // figure -> result of vegaEmbed

async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  drawn.get(figure)?.finalize();
  drawn.delete(figure);
  try {
    const spec = specOf(figure);
    if (spec === null) {
      canvas.replaceChildren(element("p", "none", "No value above 0 to compare with."));
      figure.dataset.drawn = mode();
      return;
    }
    const config = { ...data.themes[mode()], legend: { disable: true } };
    const result = await window.vegaEmbed(canvas, spec, {
      mode: "vega-lite", renderer: "canvas", ast: true, config,
      actions: { export: true, source: false, compiled: false, editor: false },
      tooltip: { theme: mode() },
    });
    drawn.set(figure, result);
    figure.view = result.view; // a chart's rows from the console: figure.view.data("samples")
    figure.dataset.drawn = mode();
    root.dataset.firstChartMs ??= Math.round(performance.now());
  } catch (problem) {
    figure.dataset.failed = "";
    const text = `This chart can't be drawn: ${problem.message ?? problem}`;
    canvas.replaceChildren(element("p", "problem", text));
    console.error(problem);
  }
}

let queue = Promise.resolve(); // one chart after the other keeps the page answering
const waiting = new Set();
function enqueue(figure) {
  if (waiting.has(figure)) return;
  waiting.add(figure);
  queue = queue.then(() => { waiting.delete(figure); return draw(figure); });
}
const figures = all("figure.chart");
const redraw = (wanted) => figures.filter((f) => f.dataset.drawn && wanted(f)).forEach(enqueue);
const drawAll = () => figures.filter((f) => !drawn.has(f)).forEach(enqueue);

// ---- controls --------------------------------------------------------------------------------

document.getElementById("reference").addEventListener("change", (event) => {
  for (const [anchor, bench] of Object.entries(data.benchmarks)) {
    bench.points.forEach((point, i) => compareWith(anchor, i, event.target.value || point.ref));
  }
  redraw(({ dataset }) => ["overview", "heat"].includes(dataset.kind));
});

for (const box of all("[data-headline]")) {
  box.addEventListener("change", () => {
    const group = box.dataset.headline;
    const changed = showHeadline(group, box.value);
    redraw(({ dataset }) => dataset.group === group
      || (dataset.kind === "curve" && changed.includes(dataset.group)));
  });
}

for (const section of all("section.benchmark")) {
  const anchor = section.dataset.bench;
  for (const table of all("table.figures", section)) {
    table.querySelector("select").addEventListener("change", (event) => {
      compareWith(anchor, Number(table.dataset.point), event.target.value);
      redraw(({ dataset }) => dataset.kind === "overview"
        || (dataset.kind === "heat" && dataset.group === anchor));
    });
  }
  section.querySelector("[data-quantity]")?.addEventListener("change", (event) => {
    showQuantity(anchor, Number(event.target.value));
    redraw(({ dataset }) => dataset.group === anchor && dataset.kind === "curve");
  });
  section.querySelector("[data-points]")?.addEventListener("change", (event) => {
    shown[anchor] = Number(event.target.value);
    redraw((figure) => figure.dataset.group === anchor);
  });
}

for (const button of all(".chips button")) {
  button.addEventListener("click", () => {
    const group = button.closest(".chips").dataset.chips;
    const gone = (hidden[group] ??= new Set());
    const visible = gone.delete(button.dataset.design) || !gone.add(button.dataset.design);
    for (const same of all(`[data-chips="${group}"] button`)) {
      if (same.dataset.design === button.dataset.design) {
        same.setAttribute("aria-pressed", String(visible));
      }
    }
    for (const [figure, { view }] of drawn) {
      if (figure.dataset.group === group) view.signal("hidden", [...gone]).runAsync();
    }
  });
}

for (const button of all("[data-copy]")) {
  button.addEventListener("click", () => {
    const source = document.getElementById(button.dataset.copy);
    getSelection().selectAllChildren(source);
    const done = document.execCommand("copy"); // the clipboard API is closed to files
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

const themes = {
  "": ["◐ Auto", "as the system"],
  light: ["☀ Light", "light"],
  dark: ["☾ Dark", "dark"],
};
function setTheme(name) {
  if (name) root.dataset.theme = name;
  else delete root.dataset.theme;
  const button = document.getElementById("theme");
  button.textContent = themes[name][0];
  button.setAttribute("aria-label", `Colours: ${themes[name][1]}`);
  redraw((figure) => figure.dataset.drawn !== mode());
}
document.getElementById("theme").addEventListener("click", () => {
  const names = Object.keys(themes);
  setTheme(names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length]);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  setTheme(root.dataset.theme ?? "");
});
document.getElementById("draw-all").addEventListener("click", drawAll);
addEventListener("beforeprint", drawAll);

// ---- start -----------------------------------------------------------------------------------

if (query.get("theme") in themes) setTheme(query.get("theme"));
if (matchMedia("(max-width: 60rem)").matches) document.querySelector(".menu").open = false;

if (query.get("draw") === "all") {
  drawAll();
  queue.then(() => { root.dataset.allDrawn = ""; });
} else {
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      watch.unobserve(entry.target);
      enqueue(entry.target);
    }
  }, { rootMargin: "300px" });
  figures.forEach((figure) => watch.observe(figure));
}

const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
const spy = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    links.get(target.id)?.classList.toggle("here", isIntersecting);
  }
}, { rootMargin: "-25% 0px -74.9% 0px" });
all("main > section[id]").forEach((section) => spy.observe(section));
