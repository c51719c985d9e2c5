// Draws the charts when they are scrolled to, and answers the page's controls. Nothing is fetched.
// Charts mark themselves with data-drawn; whatever fails is shown in the page.
const data = JSON.parse(document.getElementById("payload").textContent);
const root = document.documentElement;
const query = new URLSearchParams(location.search);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

function show(problem) {
  const box = document.getElementById("problem");
  box.hidden = false;
  box.textContent += `${problem}\n`;
}
addEventListener("error", (event) => show(event.message));
addEventListener("unhandledrejection", (event) => show(event.reason));

// ---- state: what the reader has chosen -------------------------------------------------------

const hidden = {}; // group -> set of designs
const shown = {}; // benchmark -> index of the point that its charts show
const reference = {}; // "benchmark:point" -> design
for (const [anchor, bench] of Object.entries(data.benchmarks)) {
  shown[anchor] = bench.start;
  bench.points.forEach((point, i) => { reference[`${anchor}:${i}`] = point.ref; });
}

// ---- ratios ----------------------------------------------------------------------------------

function decode(code) {
  const [text, interval] = code.slice(1).split("|");
  const numbers = [text, ...interval.split("–")].map((t) => parseFloat(t.replaceAll(",", "")));
  const slower = code[0].toLowerCase() === "s";
  const clear = code[0] !== code[0].toLowerCase();
  const verdict = clear ? (slower ? "slower" : "faster") : "equal";
  const turned = [numbers[0], numbers[2], numbers[1]].map((n) => 1 / n);
  const [ratio, low, high] = slower ? numbers : turned;
  return { text, interval, verdict, ratio, low, high };
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function fillRatio(cell, design, against, ratios) {
  if (design === against) {
    cell.replaceChildren(element("span", "ratio self", "reference"));
  } else if (!ratios[against]?.[design]) {
    cell.replaceChildren(element("span", "none", "–"));
  } else {
    const found = decode(ratios[against][design]);
    const span = element("span", `ratio ${found.verdict}`, "");
    span.append(element("b", "", found.text), ` ${data.words[found.verdict]}`);
    cell.replaceChildren(span, " ", element("small", "interval", found.interval));
  }
}

function compareWith(anchor, index, design) {
  const point = data.benchmarks[anchor].points[index];
  const against = point.ratios[design] ? design : point.ref;
  reference[`${anchor}:${index}`] = against;
  const table = document.querySelector(`#${anchor} table[data-point="${index}"]`);
  table.querySelector("select").value = against;
  for (const row of all("tbody tr", table)) {
    row.classList.toggle("reference", row.dataset.design === against);
    const cell = row.querySelector("[data-versus]");
    if (cell) fillRatio(cell, row.dataset.design, against, point.ratios);
  }
}

// ---- rows of the charts ----------------------------------------------------------------------

function flagText(bits) {
  const set = Object.entries(data.flags).filter(([, bit]) => bits & bit);
  return set.map(([name]) => name).join(", ");
}

function sampleRows(point) {
  const runs = point.runs;
  const summary = point.series.map(({ d, m }, row) => (
    { design: d, row, median: m[0], low: m[1], high: m[2] }
  ));
  const samples = point.series.flatMap((s) => {
    let at = 0;
    return s.t.map((time, i) => {
      const index = s.i ? s.i[i] : i;
      while (at + 1 < runs.length && index > runs[at][1]) at += 1;
      const flag = flagText(s.f[index] ?? 0);
      const mark = flag.includes(",") ? "several" : flag;
      const [, , placement, process] = runs[at];
      return { design: s.d, index, time, flag, mark, placement, process };
    });
  });
  const density = point.series.flatMap(({ d, k: [first, last, heights] }, row) => {
    const step = (last - first) / (heights.length - 1);
    return heights.map((height, i) => (
      { design: d, row, density: height / 100, u: first + i * step }
    ));
  });
  const odd = runs.filter((_, i) => i % 2);
  const placements = odd.map(([first, last]) => ({ from: first - 0.5, to: last + 0.5 }));
  return { samples, summary, density, placements, zero: [{ deviation: 0 }] };
}

// The points that differ from the one shown at most in the axes given and what goes with them, as
// in a zip; each with its place.
function alongside(anchor, axes) {
  const { points, along } = data.benchmarks[anchor];
  const here = points[shown[anchor]];
  const free = new Set(axes.flatMap((name) => [name, ...along[name]]));
  const same = (other) => Object.entries(here.params)
    .every(([name, value]) => free.has(name) || other.params[name] === value);
  return points.map((point, i) => ({ point, i, factor: point.div / here.div }))
    .filter(({ point }) => same(point));
}

function curveRows(anchor, axis) {
  return alongside(anchor, [axis]).flatMap(({ point, factor }) => point.series.map((s) => {
    const [median, low, high] = s.m.map((time) => time * factor);
    return { design: s.d, value: point.params[axis], median, low, high };
  }));
}

function limitRows(anchor, axis, rows) {
  const times = rows.map((row) => row.median);
  const least = Math.min(...times) / data.limitReach;
  const most = Math.max(...times) * data.limitReach;
  const limits = new Map();
  for (const { point, factor } of alongside(anchor, [axis])) {
    for (const [label, limit] of point.limits) limits.set(label, limit * factor);
  }
  return [...limits].map(([label, limit]) => ({ label, limit }))
    .filter(({ limit }) => limit >= least && limit <= most);
}

// As _plots.heat: ratios to the reference, its own cells hold its time; one design: times alone.
function heatRows(anchor, axis, other) {
  const cells = alongside(anchor, [axis, other]).flatMap(({ point, i, factor }) => (
    point.series.map((s) => ({ s, point, factor, against: reference[`${anchor}:${i}`] }))
  ));
  const alone = new Set(cells.map(({ s }) => s.d)).size < 2;
  const rows = cells.flatMap(({ s, point, factor, against }) => {
    const [x, y] = [point.params[axis], point.params[other]];
    const time = `${Number((s.m[0] * factor).toPrecision(3))} ${data.benchmarks[anchor]
      .points[shown[anchor]].unit}`;
    const row = { design: s.d, x, y, row: `${s.d} · ${y}`, time, text: time, said: time, log: 0 };
    if (alone) return [{ ...row, log: Math.log(s.m[0] * factor) }];
    if (s.d === against) return [{ ...row, said: "reference" }];
    const found = point.ratios[against]?.[s.d];
    if (!found) return [];
    const { text, interval, verdict, ratio } = decode(found);
    const words = `${text} ${ratio > 1 ? "slower" : "faster"}`;
    const said = `${words}, against ${against} (${interval})`;
    return [{ ...row, text: words, log: Math.log(ratio), said: verdict === "equal"
      ? `${text} ${data.words.equal}, against ${against} (${interval})` : said }];
  });
  const logs = rows.map((row) => row.log);
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const strongest = Math.max(...logs.map(Math.abs)) || 1;
  const tone = (log) => (alone ? (log - least) / (most - least || 1) : log / strongest);
  const narrow = new Set(rows.map((row) => row.x)).size > data.wordyColumns;
  const order = data.designs.map((design) => (row) => row.design === design);
  return order.flatMap((own) => rows.filter(own).sort((a, b) => a.y - b.y || a.x - b.x))
    .map((row) => ({ ...row, tone: tone(row.log),
      text: narrow ? row.text.split(" ")[0] : row.text }));
}

function overviewRows(group) {
  return data.components[group].flatMap(([anchor, i]) => {
    const { points, labels, id } = data.benchmarks[anchor];
    const name = id.slice(id.indexOf("/") + 1);
    const label = points.length > 1 ? `${name} · ${labels[i]}` : name;
    const against = reference[`${anchor}:${i}`];
    return points[i].series.flatMap(({ d: design }) => {
      const row = { case: label, design };
      if (design === against) return [{ ...row, ratio: 1, low: 1, high: 1, text: "reference" }];
      const code = points[i].ratios[against]?.[design];
      if (!code) return [];
      const { text, interval, verdict, ratio, low, high } = decode(code);
      const said = `${text} ${data.words[verdict]}, against ${against} (${interval})`;
      return [{ ...row, ratio, low, high, text: said }];
    });
  });
}

// ---- drawing ---------------------------------------------------------------------------------

const scaleOf = (values) => {
  const least = Math.min(...values);
  return least > 0 && least * data.logFrom < Math.max(...values) ? "log" : "linear";
};
const scaleText = (type) => (type === "log" ? '"log"' : '"linear","zero":false');
const inner = (value) => JSON.stringify(value).slice(1, -1);

function contentOf(figure) {
  const { kind, group, axis, other } = figure.dataset;
  if (kind === "overview") {
    const rows = overviewRows(group);
    const cases = [...new Set(rows.map((row) => row.case))];
    return { datasets: { overview: rows, one: [{ ratio: 1 }] }, order: cases };
  }
  const point = data.benchmarks[group].points[shown[group]];
  const order = point.series.map((s) => s.d);
  const { unit } = point;
  if (kind === "heat") {
    const rows = heatRows(group, axis, other);
    return { datasets: { heat: rows }, order: [...new Set(rows.map((r) => r.row))], axis, other };
  }
  if (kind !== "curve") return { datasets: sampleRows(point), order, unit, x: point.x };
  const rows = curveRows(group, axis);
  const limits = limitRows(group, axis, rows);
  const heights = [...rows.map((row) => row.median), ...limits.map((row) => row.limit)];
  const [x, y] = [scaleOf(rows.map((row) => row.value)), scaleOf(heights)];
  const quantity = `time per op, ${unit}`;
  return { datasets: { curve: rows, limits }, order, unit, x, y, axis, quantity };
}

function mode() {
  if (root.dataset.theme) return root.dataset.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function specOf(figure) {
  const content = contentOf(figure);
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
  try {
    const config = { ...data.themes[mode()], legend: { disable: true } };
    const result = await window.vegaEmbed(canvas, specOf(figure), {
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
const redraw = (wanted) => figures.filter((f) => drawn.has(f) && wanted(f)).forEach(enqueue);
const drawAll = () => figures.filter((f) => !drawn.has(f)).forEach(enqueue);

// ---- controls --------------------------------------------------------------------------------

document.getElementById("reference").addEventListener("change", (event) => {
  for (const [anchor, bench] of Object.entries(data.benchmarks)) {
    bench.points.forEach((point, i) => compareWith(anchor, i, event.target.value || point.ref));
  }
  redraw(({ dataset }) => ["overview", "heat"].includes(dataset.kind));
});

for (const section of all("section.benchmark")) {
  const anchor = section.dataset.bench;
  for (const table of all("table.figures", section)) {
    table.querySelector("select").addEventListener("change", (event) => {
      compareWith(anchor, Number(table.dataset.point), event.target.value);
      redraw(({ dataset }) => dataset.kind === "overview"
        || (dataset.kind === "heat" && dataset.group === anchor));
    });
  }
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
