// Points on a canvas: moved, zoomed, named, and shown by type or vocabulary.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d"), label = $("name");
const state = { by: "type", hidden: { type: new Set(), vocabulary: new Set() }, find: "", asked: false, point: -1 };
const view = { scale: 1, x: 0, y: 0 };
const PATHS = {
  circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", square: "M-3.5-3.5h7v7h-7z", up: "M0-4.5L4.5 3.5H-4.5z",
  diamond: "M0-5L5 0L0 5L-5 0z", down: "M0 4.5L4.5-3.5H-4.5z",
};
const shapes = Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [name, new Path2D(path)]));
const range = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
const keys = data.label.map((name, i) => `${name} ${data.id[i]}`.toLowerCase());

function whole() {
  const [left, right] = range(data.x), [low, high] = range(data.y);
  view.scale = 0.94 * Math.min(canvas.clientWidth / (right - left || 1), canvas.clientHeight / (high - low || 1));
  view.x = canvas.clientWidth / 2 - view.scale * (left + right) / 2;
  view.y = canvas.clientHeight / 2 - view.scale * (low + high) / 2;
}

const place = (i) => [view.x + view.scale * data.x[i], view.y + view.scale * data.y[i]];
const shown = (i) => !state.hidden[state.by].has(data.by[state.by][i]) && (!state.asked || data.asked[i]);
const found = (i) => state.find && keys[i].includes(state.find);

function draw() {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const ink = getComputedStyle(document.body).color;
  const order = data.x.map((_, i) => i).filter(shown).sort((a, b) => (data.asked[a] || found(a)) - (data.asked[b] || found(b)));
  for (const i of order) {
    const [x, y] = place(i), [colour, shape] = data.styles[state.by][data.by[state.by][i]];
    const strong = found(i) || (data.asked[i] && !state.find) || i === state.point;
    const size = strong ? 1.5 : 0.75;
    pen.setTransform(ratio * size, 0, 0, ratio * size, ratio * x, ratio * y);
    pen.globalAlpha = strong ? 1 : state.find ? 0.15 : 0.55;
    pen.fillStyle = colour;
    pen.fill(shapes[shape]);
    if (strong) {
      pen.strokeStyle = ink;
      pen.lineWidth = i === state.point ? 1.4 : 0.6;
      pen.stroke(shapes[shape]);
    }
  }
  const matches = state.find ? order.filter(found).length : 0;
  $("said").textContent = `${order.length.toLocaleString("en")} points shown` + (state.find ? `, ${matches} with “${state.find}”` : "");
}

function near(x, y) {
  let best = -1, least = 12 ** 2;
  for (let i = 0; i < data.x.length; i++) {
    if (!shown(i)) continue;
    const [a, b] = place(i), distance = (a - x) ** 2 + (b - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function name(x, y) {
  const i = near(x, y);
  if (i !== state.point) {
    state.point = i;
    draw();
  }
  label.hidden = i < 0;
  if (i < 0) return;
  label.textContent = `${data.label[i]} · ${data.id[i]} · ${data.by.type[i]}`;
  const right = x + 14 + label.offsetWidth > canvas.clientWidth;
  label.style.left = `${right ? Math.max(0, x - label.offsetWidth - 10) : x + 12}px`;
  label.style.top = `${Math.min(y + 12, canvas.clientHeight - label.offsetHeight)}px`;
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  view.scale *= factor;
  view.x = x - factor * (x - view.x);
  view.y = y - factor * (y - view.y);
  draw();
}

function legend() {
  const list = $("legend"), hidden = state.hidden[state.by], counts = {};
  data.by[state.by].forEach((value) => { counts[value] = (counts[value] || 0) + 1; });
  list.replaceChildren(...Object.entries(data.styles[state.by]).map(([value, [colour, shape]]) => {
    const item = document.createElement("li"), line = document.createElement("label"), box = document.createElement("input");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "-6 -6 12 12");
    path.setAttribute("d", PATHS[shape]);
    path.setAttribute("fill", colour);
    svg.append(path);
    box.type = "checkbox";
    box.checked = !hidden.has(value);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(value);
      else hidden.add(value);
      draw();
    });
    line.append(box, svg, `${value} (${counts[value].toLocaleString("en")})`);
    item.append(line);
    return item;
  }));
}

let from = null;
canvas.addEventListener("pointerdown", (event) => {
  from = [event.clientX - view.x, event.clientY - view.y];
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (from) {
    [view.x, view.y] = [event.clientX - from[0], event.clientY - from[1]];
    label.hidden = true;
    draw();
  } else name(event.offsetX, event.offsetY);
});
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { from = null; });
canvas.addEventListener("pointerleave", () => { label.hidden = true; });
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 500), event.offsetX, event.offsetY);
}, { passive: false });
canvas.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
  if (step) [view.x, view.y] = [view.x + step[0], view.y + step[1]];
  else if (event.key === "+" || event.key === "=") return zoom(1.3);
  else if (event.key === "-") return zoom(1 / 1.3);
  else if (event.key === "0") whole();
  else return;
  event.preventDefault();
  draw();
});
$("by").addEventListener("change", (event) => { state.by = event.target.value; legend(); draw(); });
$("find").addEventListener("input", (event) => { state.find = event.target.value.trim().toLowerCase(); draw(); });
$("asked").addEventListener("change", (event) => { state.asked = event.target.checked; draw(); });
$("all").addEventListener("click", () => { state.hidden[state.by].clear(); legend(); draw(); });
$("none").addEventListener("click", () => { Object.keys(data.styles[state.by]).forEach((value) => state.hidden[state.by].add(value)); legend(); draw(); });
new ResizeObserver(() => { if (view.scale === 1) whole(); draw(); }).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
whole();
legend();
draw();
