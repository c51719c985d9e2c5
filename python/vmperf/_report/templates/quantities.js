// What cases have beside their time: a chosen quantity in tables and curves, distributions, series.

const quantity = {}; // benchmark -> number of the metric that is shown; -1: the time per op
for (const anchor of Object.keys(data.benchmarks)) quantity[anchor] = -1;
const headline = {}; // component -> name of the metric in its chart; "" or none: the time per op

const steps = {
  ns: [[1, "ns"], [1e3, "µs"], [1e6, "ms"], [1e9, "s"]],
  B: [[1, "B"], [2 ** 10, "KiB"], [2 ** 20, "MiB"], [2 ** 30, "GiB"]],
};

// Divisor and name of the unit that suits some values.
function unitFor(unit, values) {
  const known = steps[unit === "bytes" ? "B" : unit];
  if (!known) return [1, unit === "1" ? "" : unit];
  const least = Math.min(...values.filter((value) => value > 0));
  return known.findLast(([size]) => Number.isFinite(least) && least >= size) ?? known[0];
}

// A name whose end says the unit does without: rss_bytes in MiB is rss, MiB.
const said = /_(ns|us|ms|s|bytes)$/;
const titled = (name, unit) => (unit ? `${name.replace(said, "")}, ${unit}` : name);
const shortly = (value) => (Math.abs(value) >= 1e4
  ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(4))));

const numberOf = (anchor, name) => data.benchmarks[anchor].quantities
  .findIndex(([known]) => known === name);

// Value, low and high of the quantity; the ends are undefined where there is no interval.
function figureOf(anchor, point, design, number = quantity[anchor]) {
  const found = point.q?.[design]?.[number] ?? null;
  return found === null || Array.isArray(found) ? found : [found];
}

function scaleAt(anchor, points) {
  const values = points.flatMap((point) => point.series
    .map((s) => figureOf(anchor, point, s.d)?.[0] ?? 0));
  return unitFor(data.benchmarks[anchor].quantities[quantity[anchor]][1], values);
}

// ---- tables ----------------------------------------------------------------------------------

const places = { value: 1, bar: 2, interval: 3 }; // of cells in a row
const timeCells = new Map(); // cell -> what it holds while the time is shown

function fill(cell, ...content) {
  if (!timeCells.has(cell)) timeCells.set(cell, [...cell.childNodes]);
  cell.replaceChildren(...content);
}

function fillRow(row, figure, greatest, divisor) {
  const [value, low, high] = figure ?? [];
  const cell = (name) => row.cells[places[name]];
  fill(cell("value"), figure ? shortly(value / divisor) : element("span", "none", "–"));
  const bar = cell("bar").querySelector("i")?.cloneNode() ?? element("i", "", "");
  bar.style.setProperty("--w", `${figure && greatest ? (100 * Math.abs(value)) / greatest : 0}%`);
  fill(cell("bar"), bar);
  const ends = low === undefined ? "–" : `${shortly(low / divisor)}–${shortly(high / divisor)}`;
  fill(cell("interval"), ends);
}

// The quotient of two values; clear where their intervals have nothing in common.
function fillQuotient(cell, design, against, anchor, point) {
  const [mine, other] = [design, against].map((name) => figureOf(anchor, point, name));
  if (design === against) {
    cell.replaceChildren(element("span", "ratio self", "reference"));
  } else if (!mine || !other || !(mine[0] > 0 && other[0] > 0)) {
    cell.replaceChildren(element("span", "none", "–"));
  } else {
    const more = mine[0] > other[0];
    const better = data.benchmarks[anchor].quantities[quantity[anchor]][2];
    const apart = more ? mine[1] > other[2] : mine[2] < other[1];
    const good = more === (better === "higher") ? "faster" : "slower";
    const span = element("span", `ratio ${apart && better !== "neither" ? good : "equal"}`, "");
    const times = more ? mine[0] / other[0] : other[0] / mine[0];
    if (mine[0] === other[0]) span.append("the same");
    else span.append(element("b", "", `${shortly(times)}×`), more ? " as much" : " less");
    cell.replaceChildren(span);
  }
}

// The one best row, if there is one alone.
function bestOf(rows, better) {
  if (better === "neither") return null;
  const sign = better === "higher" ? -1 : 1;
  const ranked = rows.filter(({ figure, row }) => figure && !row.classList.contains("limit"));
  const [first, second] = ranked.sort((a, b) => sign * (a.figure[0] - b.figure[0]));
  return !first || first.figure[0] === second?.figure[0] ? null : first.row;
}

function fillTable(anchor, table) {
  const point = data.benchmarks[anchor].points[Number(table.dataset.point)];
  const rows = all("tbody tr", table).filter((row) => row.cells.length > places.interval)
    .map((row) => ({ row, figure: figureOf(anchor, point, row.dataset.design) }));
  const [name, , better] = data.benchmarks[anchor].quantities[quantity[anchor]];
  const [divisor, unit] = scaleAt(anchor, [point]);
  fill(table.tHead.rows[0].cells[places.value], titled(name, unit));
  const greatest = Math.max(...rows.map(({ figure }) => Math.abs(figure?.[0] ?? 0)));
  const best = bestOf(rows, better);
  for (const { row, figure } of rows) {
    fillRow(row, figure, greatest, divisor);
    row.classList.toggle("winner", row === best);
  }
}

function showQuantity(anchor, number) {
  quantity[anchor] = number;
  const section = document.getElementById(anchor);
  section.classList.toggle("other", number >= 0);
  for (const table of all("table.figures", section)) {
    if (number >= 0) {
      fillTable(anchor, table);
    } else {
      for (const cell of all("th, td", table)) {
        if (timeCells.has(cell)) cell.replaceChildren(...timeCells.get(cell));
      }
      for (const row of all("tbody tr", table)) {
        row.classList.toggle("winner", "fastest" in row.dataset);
      }
    }
    const index = Number(table.dataset.point);
    compareWith(anchor, index, reference[`${anchor}:${index}`]);
  }
}

// Shows a metric, by name, in the tables and curves of a component's headline benchmarks.
function showHeadline(group, name) {
  headline[group] = name;
  const anchors = [...new Set(data.components[group].map(([anchor]) => anchor))];
  const having = anchors.filter((anchor) => name === "" || numberOf(anchor, name) >= 0);
  for (const anchor of having) {
    const box = document.querySelector(`#${anchor} [data-quantity]`);
    if (box) {
      showQuantity(anchor, numberOf(anchor, name));
      box.value = String(quantity[anchor]);
    }
  }
  return having;
}

// ---- charts ----------------------------------------------------------------------------------

function metricRows(anchor, axis) {
  const points = alongside(anchor, [axis]).map(({ point }) => point);
  const [divisor] = scaleAt(anchor, points);
  return points.flatMap((point) => point.series.flatMap((s) => {
    const figure = figureOf(anchor, point, s.d);
    if (!figure) return [];
    const [median, low, high] = [...figure, figure[0], figure[0]].map((v) => v / divisor);
    const ends = figure.length > 1 ? { low, high } : { low: median, high: median };
    return [{ design: s.d, value: point.params[axis], median, ...ends }];
  }));
}

// As overviewRows, of a metric: values over the reference's value; the bar is a value's own
// interval. What has no such metric, or nothing above 0, has no place.
function headlineRows(group, name) {
  return data.components[group].flatMap(([anchor, i]) => {
    const { points, quantities } = data.benchmarks[anchor];
    const number = numberOf(anchor, name);
    const against = reference[`${anchor}:${i}`];
    const [other] = figureOf(anchor, points[i], against, number) ?? [];
    if (!(other > 0)) return [];
    return points[i].series.flatMap(({ d: design }) => {
      const figure = figureOf(anchor, points[i], design, number);
      if (!(figure?.[0] > 0)) return [];
      const ratio = figure[0] / other;
      const [low, high] = figure[1] > 0 ? figure.slice(1).map((end) => end / other) : [ratio, ratio];
      const better = quantities[number][2];
      const side = better === "neither" ? "" : `; ${better} is better`;
      const text = design === against ? "reference" : `${shortly(ratio)}× ${against}${side}`;
      return [{ case: caseLabel(anchor, i), design, ratio, low, high, text }];
    });
  });
}

function scaledName(anchor, axis) {
  const [, unit] = scaleAt(anchor, alongside(anchor, [axis]).map(({ point }) => point));
  return titled(data.benchmarks[anchor].quantities[quantity[anchor]][0], unit);
}

function percent(nines) {
  const places = Math.max(0, Math.ceil(nines) - 1);
  return `${(100 * (1 - 10 ** -nines)).toFixed(places)} %`;
}

function percentileRows(curves, divisor) {
  const greatest = Object.entries(curves).map(([design, [, nines, value]]) => (
    { design, nines, value: value / divisor, at: "the greatest" }
  ));
  const percentiles = Object.entries(curves).flatMap(([design, [last, , , values]]) => (
    values.map((value, i) => {
      const nines = (last * i) / (values.length - 1);
      return { design, nines, value: value / divisor, at: percent(nines) };
    })
  ));
  return { percentiles, greatest };
}

// A step for each bin; the last one of a design goes down to nothing.
function binRows(bins, divisor) {
  const edge = (i) => 10 ** (i / data.binsADecade) / divisor;
  return Object.entries(bins).flatMap(([design, [first, shares]]) => [...shares, 0]
    .map((share, i) => ({ design, at: edge(first + i), to: edge(first + i + 1), share })));
}

function lineRows(lines, [xDivisor, yDivisor]) {
  return Object.entries(lines).flatMap(([design, runs]) => runs
    .flatMap(([process, placement, x, y]) => x.map((at, index) => (
      { design, process, placement, index, x: at / xDivisor, y: y[index] / yDivisor }
    ))));
}

const details = new Set(["histogram", "percentile", "series", "events"]); // kinds of charts

function detailContent(kind, anchor, name, order) {
  const { points, units } = data.benchmarks[anchor];
  const point = points[shown[anchor]];
  const [xUnit, yUnit] = units[name];
  if (kind === "histogram") {
    const bins = point.bins?.[name] ?? {};
    const [divisor, unit] = unitFor(yUnit, Object.values(bins).map(([first, shares]) => (
      10 ** ((first + shares.indexOf(Math.max(...shares))) / data.binsADecade))));
    return { datasets: { bins: binRows(bins, divisor) }, order, quantity: titled(name, unit) };
  }
  if (kind === "percentile") {
    const curves = point.dist?.[name] ?? {};
    const [divisor, unit] = unitFor(yUnit, Object.values(curves)
      .map(([, , most, values]) => values[Math.floor(values.length / 2)] ?? most));
    const datasets = percentileRows(curves, divisor);
    const values = [...datasets.percentiles, ...datasets.greatest].map((row) => row.value);
    return { datasets, order, y: scaleOf(values), quantity: titled(name, unit) };
  }
  const lines = point.lines?.[name] ?? {};
  const runs = Object.values(lines).flat();
  const greatest = (i) => [Math.max(...runs.flatMap((run) => run[i]))];
  const [x, y] = [unitFor(xUnit, greatest(2)), unitFor(yUnit, greatest(3))];
  const series = lineRows(lines, [x[0], y[0]]);
  const axis = titled(/^(.?s)$/.test(x[1]) ? "time" : "x", x[1]);
  return { datasets: { series }, order, axis, quantity: titled(name, y[1]),
    x: scaleOf(series.map((row) => row.x)), y: scaleOf(series.map((row) => row.y)) };
}
