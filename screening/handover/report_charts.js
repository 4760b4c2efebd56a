/* Histograms that narrow the list, and the map. */

const BINS = 20;
const numeric = page.columns
  .filter(
    ({ number: is, group, name }) => is && !["input", "vendor"].includes(group) && name !== "rank",
  )
  .map(({ name }) => name);

/* Columns whose histograms are there from the start: score, predictions, distances, properties. */
function firstRanges() {
  const usual = [
    "score",
    ...page.tasks.map(({ task }) => task),
    "mw",
    "logp",
    "tpsa",
    "qed",
    "sa_score",
    ...page.domains.map(({ column: at }) => at),
  ];
  return [...new Set(usual)].filter((name) => numeric.includes(name)).slice(0, 12);
}

function extent(name) {
  const values = page.cells
    .map((_, hit) => number(hit, name))
    .filter((value) => !Number.isNaN(value));
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low <= high ? [low, high] : null;
}

/* One histogram with its two limits; `update(shown)` recolours it. */
function range(name) {
  const ends = extent(name);
  if (!ends) return null;
  const [low, high] = ends;
  const width = (high - low) / BINS || 1;
  const binOf = (value) => Math.min(Math.floor((value - low) / width), BINS - 1);
  const counted = (hits) => {
    const counts = new Array(BINS).fill(0);
    for (const hit of hits)
      if (!Number.isNaN(number(hit, name))) counts[binOf(number(hit, name))] += 1;
    return counts;
  };
  const every = counted(page.cells.keys());
  const most = Math.max(...every);
  const input = (end) => {
    const box = make("input", {
      type: "number",
      step: "any",
      "aria-label": `${name}: ${end === 0 ? "lowest" : "highest"}`,
      placeholder: ends[end],
    });
    box.addEventListener("input", () =>
      limit(end === 0 ? box.value : null, end === 1 ? box.value : null),
    );
    return box;
  };
  const boxes = [input(0), input(1)];
  const limit = (from, to) => {
    const now = state.ranges.get(name) ?? ["", ""];
    state.ranges.set(name, [from ?? now[0], to ?? now[1]]);
    refresh();
  };
  const rects = every.map((count, at) => {
    const tall = (30 * count) / most;
    const says = draw(
      "title",
      {},
      `${count} from ${Number((low + at * width).toPrecision(4))} to ${Number((low + (at + 1) * width).toPrecision(4))}`,
    );
    const group = draw(
      "g",
      {},
      draw("rect", { class: "hit-area", x: 5 * at, width: 5, height: 30 }, says),
      draw("rect", { class: "all", x: 5 * at + 0.3, y: 30 - tall, width: 4.4, height: tall }),
      draw("rect", { class: "now", x: 5 * at + 0.3, width: 4.4 }),
    );
    group.addEventListener("click", () => {
      const edges = [low + at * width, low + (at + 1) * width].map((edge) =>
        String(Number(edge.toPrecision(12))),
      );
      boxes.forEach((box, end) => (box.value = edges[end]));
      limit(...edges);
    });
    return group;
  });
  const svg = draw(
    "svg",
    {
      viewBox: "0 0 100 30",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `${name}: from ${low} to ${high}`,
    },
    rects,
  );
  const element = make(
    "div",
    { class: "range-box" },
    make("p", { title: name }, quoted(name)),
    svg,
    make("p", { class: "ends" }, boxes),
  );
  const update = (shown) =>
    counted(shown).forEach((count, at) => {
      const tall = (30 * count) / most;
      rects[at].lastChild.setAttribute("y", 30 - tall);
      rects[at].lastChild.setAttribute("height", tall);
    });
  const reset = () => boxes.forEach((box) => (box.value = ""));
  return { name, element, update, reset };
}

/* Colours that people of every colour vision tell apart (Okabe and Ito), for the largest clusters. */
const KINDS = 7;

function clusterKinds() {
  const sizes = new Map();
  for (const hit of page.cells.keys())
    sizes.set(cell(hit, "cluster"), (sizes.get(cell(hit, "cluster")) ?? 0) + 1);
  const large = [...sizes]
    .sort((a, b) => b[1] - a[1] || Number(a[0]) - Number(b[0]))
    .slice(0, KINDS);
  return new Map(large.map(([name], at) => [name, at + 1]));
}

function paintMap(dots, by) {
  const kinds = clusterKinds();
  const ends = by === "cluster" ? null : extent(by);
  for (const [hit, dot] of dots.entries()) {
    dot.classList.remove(...[...dot.classList].filter((name) => name.startsWith("kind")));
    dot.style.fill = "";
    if (by === "cluster") dot.classList.add(`kind${kinds.get(cell(hit, "cluster")) ?? 0}`);
    else if (ends && !Number.isNaN(number(hit, by))) {
      const share = (number(hit, by) - ends[0]) / (ends[1] - ends[0] || 1);
      dot.style.fill = `color-mix(in oklab, var(--high) ${Math.round(100 * share)}%, var(--low))`;
    }
  }
  const key = document.getElementById("map-key");
  if (by === "cluster") {
    key.replaceChildren(
      ...[...kinds].map(([name, kind]) =>
        make("span", {}, make("i", { class: `swatch kind${kind}` }), `cluster ${name}`),
      ),
      make("span", {}, make("i", { class: "swatch kind0" }), "smaller"),
    );
  } else if (ends)
    key.replaceChildren(String(ends[0]), make("i", { class: "swatch ramp" }), String(ends[1]));
}

/* The map: diamonds first, so that hits lie over them, best hits last. */
function drawMap(open) {
  const [width, height] = [1000, 1000];
  const at = (picture) => page.map[picture];
  const measured = new Map();
  page.neighbours.forEach((tasks) =>
    tasks.forEach(({ label, near }) =>
      near.forEach(({ id, picture, value }) => {
        if (at(picture)) measured.set(picture, `${id}: ${value} on ${label}`);
      }),
    ),
  );
  const diamonds = [...measured].map(([picture, says]) => {
    const [x, y] = at(picture);
    return draw(
      "path",
      { class: "measured", d: `M${x} ${y - 9}l9 9l-9 9l-9-9Z` },
      draw("title", {}, says),
    );
  });
  const dots = new Map();
  for (const hit of [...page.cells.keys()].reverse()) {
    if (!at(page.structure[hit])) continue;
    const [cx, cy] = at(page.structure[hit]);
    const says = draw(
      "title",
      {},
      `${cell(hit, "rank")} ${named(hit)}, score ${cell(hit, "score")}`,
    );
    const dot = draw(
      "circle",
      { cx, cy, r: page.cells.length > 200 ? 9 : 13, "data-hit": hit },
      says,
    );
    dot.addEventListener("click", () => open(hit));
    dots.set(hit, dot);
  }
  const view = `-20 -20 ${width + 40} ${height + 40}`;
  const svg = draw(
    "svg",
    {
      viewBox: view,
      role: "img",
      "aria-label": "Map of chemical space; the table below has the same hits",
    },
    diamonds,
    ...dots.values(),
  );
  document.getElementById("map").replaceChildren(svg);
  const choice = document.getElementById("map-by");
  const ways = [
    ...("cluster" in column ? ["cluster"] : []),
    ...numeric.filter((name) => name !== "cluster"),
  ];
  choice.append(...ways.map((name) => make("option", { value: name }, name)));
  choice.value = numeric.includes("score") ? "score" : ways[0];
  choice.addEventListener("change", () => paintMap(dots, choice.value));
  paintMap(dots, choice.value);
  const update = (shown) => {
    const now = new Set(shown);
    for (const [hit, dot] of dots) dot.classList.toggle("faded", !now.has(hit));
  };
  return { dots, update };
}
