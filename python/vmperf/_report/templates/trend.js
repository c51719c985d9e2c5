// Draws the charts of a history when they are scrolled to. Nothing is fetched. Charts mark
// themselves with data-drawn; whatever fails is shown in the page.
const data = JSON.parse(document.getElementById("payload").textContent);
const root = document.documentElement;
const query = new URLSearchParams(location.search);
const figures = [...document.querySelectorAll("figure.chart")];

function show(problem) {
  const box = document.getElementById("problem");
  box.hidden = false;
  box.textContent += `${problem}\n`;
}
addEventListener("error", (event) => show(event.message));
addEventListener("unhandledrejection", (event) => show(event.reason));

function mode() {
  if (root.dataset.theme) return root.dataset.theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

const drawn = new Map(); // figure -> result of vegaEmbed

async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  drawn.get(figure)?.finalize();
  try {
    const result = await window.vegaEmbed(canvas, data.charts[Number(figure.dataset.index)], {
      mode: "vega-lite", renderer: "canvas", ast: true, config: data.themes[mode()],
      actions: { export: true, source: false, compiled: false, editor: false },
      tooltip: { theme: mode() },
    });
    drawn.set(figure, result);
    figure.view = result.view; // a chart's rows from the console: figure.view.data("points")
    figure.dataset.drawn = mode();
  } catch (problem) {
    figure.dataset.failed = "";
    canvas.textContent = `This chart can't be drawn: ${problem.message ?? problem}`;
    console.error(problem);
  }
}

let queue = Promise.resolve(); // one chart after the other keeps the page answering
const enqueue = (figure) => { queue = queue.then(() => draw(figure)); };
const drawAll = () => figures.filter((figure) => !drawn.has(figure)).forEach(enqueue);

const themes = {
  "": ["◐ Auto", "as the system"],
  light: ["☀ Light", "light"],
  dark: ["☾ Dark", "dark"],
};
function setTheme(name) {
  if (name) root.dataset.theme = name;
  else delete root.dataset.theme;
  const button = document.getElementById("theme");
  [button.textContent] = themes[name];
  button.setAttribute("aria-label", `Colours: ${themes[name][1]}`);
  figures.filter((f) => drawn.has(f) && f.dataset.drawn !== mode()).forEach(enqueue);
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

if (query.get("theme") in themes) setTheme(query.get("theme"));
if (query.get("draw") === "all") {
  drawAll();
  queue.then(() => { root.dataset.allDrawn = ""; });
} else {
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        watch.unobserve(target);
        enqueue(target);
      }
    }
  }, { rootMargin: "300px" });
  figures.forEach((figure) => watch.observe(figure));
}
