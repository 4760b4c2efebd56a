/* Histograms that filter the list. */

const BINS = 20;
const numeric = page.columns
  .filter(
    ({ number: is, group, name }) => is && !["input", "vendor"].includes(group) && name !== "rank",
  )
  .map(({ name }) => name);

const labelled = (name) => page.columns[column[name]].label;

/* Columns with a histogram from the start: score, primaries, similarity, properties. */
function firstRanges() {
  const tasks = (primary) => page.tasks.filter((one) => one.primary === primary);
  const usual = [
    "score",
    ...tasks(true).map(({ task }) => task),
    ...ofGroup("neighbours").map(({ name }) => name),
    ...ofGroup("domain").map(({ name }) => name),
    ...["mw", "logp", "tpsa", "qed", "sa_score"],
    ...tasks(false).map(({ task }) => task),
  ];
  return usual.filter((name) => numeric.includes(name)).slice(0, 12);
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
      "aria-label": `${labelled(name)}: ${end === 0 ? "lowest" : "highest"}`,
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
  const edge = (at, digits) => String(Number((low + at * width).toPrecision(digits)));
  const rects = every.map((count, at) => {
    const tall = (30 * count) / most;
    const says = draw("title", {}, `${count} from ${edge(at, 4)} to ${edge(at + 1, 4)}`);
    const group = draw(
      "g",
      {},
      draw("rect", { class: "hit-area", x: 5 * at, width: 5, height: 30 }, says),
      draw("rect", { class: "all", x: 5 * at + 0.3, y: 30 - tall, width: 4.4, height: tall }),
      draw("rect", { class: "now", x: 5 * at + 0.3, width: 4.4 }),
    );
    group.addEventListener("click", () => {
      const edges = [edge(at, 12), edge(at + 1, 12)];
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
      "aria-label": `${labelled(name)}: from ${low} to ${high}`,
    },
    rects,
  );
  const element = make(
    "div",
    { class: "range-box" },
    make("p", { title: `${name}: ${meaning(name)}` }, quoted(labelled(name))),
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
