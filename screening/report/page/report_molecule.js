"use strict";
/* Elements from data. Texts of the library only become text nodes or attribute values. */

const page = JSON.parse(document.getElementById("data").textContent);
/* Structures by number, unpacked once before anything is drawn. */
let pictures = [];
const SVG = "http://www.w3.org/2000/svg";

async function unpack(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

function append(parent, children) {
  for (const child of children.flat()) if (child !== null && child !== "") parent.append(child);
  return parent;
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return append(element, children);
}

function draw(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return append(element, children);
}

/* Text of the library, isolated so that it cannot change the direction of other text. */
const quoted = (text) => make("bdi", {}, text);
/* The same for an attribute or an SVG title, which hold no elements. */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const isolated = (text) => `\u2068${text.replace(CONTROLS, "")}\u2069`;

const PAINT = {
  line: { fill: "none", stroke: "currentColor" },
  dash: { fill: "none", stroke: "currentColor", "stroke-dasharray": "20 20" },
  fill: { fill: "currentColor" },
};

const painted = (marks) =>
  marks.map(([element, style, d]) => draw("path", { class: element, ...PAINT[style], d }));

/* The picture of a structure, by its number. Discs and rings lie below its lines. */
function molecule(number, name) {
  const [width, height] = page.size;
  const { marks } = pictures[number];
  const view = { viewBox: `0 0 ${10 * width} ${10 * height}`, class: "molecule", role: "img" };
  const label = { "aria-label": `Structure of ${isolated(name)}` };
  return draw(
    "svg",
    { ...view, ...label },
    draw("g", { class: "discs" }),
    draw("g", { class: "rings" }),
    painted(marks),
  );
}

const place = (number, atom) => pictures[number].atoms.slice(2 * atom, 2 * atom + 2);

/* The atom contributions of a hit to a task, or null if unknown. */
function contribution(hit, task) {
  return page.contributions[hit]?.find((one) => one.task === task) ?? null;
}

const told = (value) => value.toFixed(2).replace("-", "−");
const signed = (value) => (value < 0 ? told(value) : `+${told(value)}`);

/* A disc below each atom: solid orange raises the prediction, dashed blue lowers it. */
function showContributions(svg, hit, task) {
  const discs = svg.querySelector(".discs");
  discs.replaceChildren();
  const one = contribution(hit, task);
  if (!one) return;
  const { full } = page.explained.find((known) => known.task === task);
  one.of.forEach((step, atom) => {
    const share = Math.min(Math.abs(step) / 1000 / full, 1);
    if (share < 0.04) return;
    const [cx, cy] = place(page.structure[hit], atom);
    const look = { class: step > 0 ? "raises" : "lowers", r: Math.round(135 * Math.sqrt(share)) };
    const says = draw("title", {}, `atom ${atom + 1}: ${signed(step / 1000)}`);
    discs.append(draw("circle", { cx, cy, ...look }, says));
  });
}

/* A ring around each atom of an alert. */
function showRings(svg, hit, atoms) {
  const rings = atoms.map((atom) => {
    const [cx, cy] = place(page.structure[hit], atom);
    return draw("circle", { cx, cy, r: 135 });
  });
  svg.querySelector(".rings").replaceChildren(...rings);
}

/* Structures are drawn when they come near the viewport, so a page of 1,000 opens at once. */
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      fill(target);
    }
  },
  { rootMargin: "500px" },
);

function fill(box) {
  const { hit, picture, name } = box.dataset;
  const svg = molecule(Number(picture), name);
  box.replaceChildren(svg);
  if (hit) showContributions(svg, Number(hit), state.atoms);
}

/* A box for a structure; with `hit` it can show contributions. */
function pictureBox(number, name, hit = "") {
  return make("div", {
    class: "picture",
    "data-picture": number,
    "data-name": name,
    "data-hit": hit,
  });
}

function later(box) {
  watcher.observe(box);
  return box;
}
