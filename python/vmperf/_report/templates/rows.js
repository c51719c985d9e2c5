// State of the page, ratios, and the rows that its charts draw. With quantities.js and report.js
// one module.
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

function fillVersus(cell, design, against, anchor, index) {
  const point = data.benchmarks[anchor].points[index];
  if (quantity[anchor] >= 0) fillQuotient(cell, design, against, anchor, point);
  else fillRatio(cell, design, against, point.ratios);
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
    if (cell) fillVersus(cell, row.dataset.design, against, anchor, index);
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
  if (quantity[anchor] >= 0) return metricRows(anchor, axis);
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

// As plot.heat: ratios to the reference, its own cells hold its time; one design: times alone.
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

function caseLabel(anchor, i) {
  const { points, labels, id } = data.benchmarks[anchor];
  const name = id.slice(id.indexOf("/") + 1);
  return points.length > 1 ? `${name} · ${labels[i]}` : name;
}

function overviewRows(group) {
  return data.components[group].flatMap(([anchor, i]) => {
    const { points } = data.benchmarks[anchor];
    const label = caseLabel(anchor, i);
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
