/* The list: filtered, searched and sorted, as a grid and as a table. */

const state = {
  sort: "rank",
  order: 1,
  search: "",
  ranges: new Map(),
  facets: new Map(),
  atoms: "",
  view: "grid",
  shown: [],
};
const byId = (id) => document.getElementById(id);
const collator = new Intl.Collator("en", { numeric: true });
const charts = [];
let map = null;

function option(value, text) {
  return make("option", { value }, text);
}

/* Filters by category: each has a name, choices, and a test whether a hit matches one. */
function facets() {
  const has = (name) => name in column;
  const values = (name) =>
    [...new Set(page.cells.map((cells) => cells[column[name]]))].sort(collator.compare);
  const equal = (name) => (hit, wanted) => cell(hit, name) === wanted;
  const kinds = [];
  if (has("alerts"))
    kinds.push({
      name: "alerts",
      choices: ["with", "without"],
      fits: (hit, wanted) => (cell(hit, "alerts") !== "") === (wanted === "with"),
    });
  if (page.domains.some(({ limit }) => limit !== null))
    kinds.push({
      name: "domain",
      choices: ["inside", "outside"],
      fits: (hit, wanted) => isOutside(hit) === (wanted === "outside"),
    });
  for (const name of ["cluster", "scaffold", "picked_by"])
    if (has(name)) kinds.push({ name, choices: values(name), fits: equal(name) });
  return [...kinds, ...markFacets()];
}

/* Filters by what changed since the last run, and by the decision. */
function markFacets() {
  const tests = {
    change: {
      entered: (hit) => marked(hit, "change") === "entered",
      moved: (hit) => marked(hit, "change").startsWith("moved"),
      "price changed": (hit) => marked(hit, "price") !== "",
      "stock changed": (hit) => marked(hit, "stock") !== "",
    },
    decision: {
      order: (hit) => decisionOf(hit).decision === "order",
      later: (hit) => decisionOf(hit).decision === "later",
      no: (hit) => decisionOf(hit).decision === "no",
      undecided: (hit) => decisionOf(hit).decision === "",
    },
  };
  return Object.entries(tests)
    .map(([mark, kinds]) => ({
      name: markColumns[mark] ?? mark,
      choices: Object.keys(kinds).filter(
        (kind) => mark === "decision" || [...page.cells.keys()].some(kinds[kind]),
      ),
      fits: (hit, wanted) => kinds[wanted](hit),
      fewest: 1,
    }))
    .filter(({ choices }) => choices.length);
}
const FACETS = facets();

function fits(hit) {
  const wanted = state.search.trim();
  if (wanted) {
    const low = wanted.toLowerCase();
    const found = ["compound_id", "name"].some((name) =>
      cell(hit, name).toLowerCase().includes(low),
    );
    if (!found && !cell(hit, "smiles").includes(wanted)) return false;
  }
  for (const [name, [from, to]] of state.ranges) {
    const value = number(hit, name);
    if ((from !== "" && !(value >= Number(from))) || (to !== "" && !(value <= Number(to))))
      return false;
  }
  return FACETS.every(
    ({ name, fits: fit }) => !state.facets.get(name) || fit(hit, state.facets.get(name)),
  );
}

/* Hits without a value come last in both orders. Ties stay in rank order. */
function compare(a, b) {
  const name = state.sort;
  if (!page.columns[column[name]].number)
    return state.order * collator.compare(cell(a, name), cell(b, name)) || a - b;
  const [x, y] = [number(a, name), number(b, name)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
  return state.order * (x - y) || a - b;
}

const riskName = (text) => text.slice(0, text.lastIndexOf(" "));
/* Liabilities of every hit tell no hit from another: one line has them, and no tile. */
const common =
  page.cells.length > 1
    ? (page.risks[0] ?? [])
        .map(riskName)
        .filter((name) => page.risks.every((texts) => texts.some((text) => riskName(text) === name)))
    : [];

function showCommon() {
  const told = common.map((name) => {
    const values = page.risks.map((texts) =>
      texts.find((text) => riskName(text) === name).slice(name.length + 1),
    );
    values.sort((a, b) => Number(a) - Number(b));
    const [least, most] = [values[0], values.at(-1)];
    return `${name} ${least === most ? least : `${least} to ${most}`}`;
  });
  byId("common").hidden = !told.length;
  byId("common").textContent =
    `All ${page.cells.length.toLocaleString("en")} hits on this page have a predicted liability: ${told.join(", ")}. Tiles leave it out.`;
}

/* Liabilities in a few words: contradictions, alerts, risks, domains. */
function badges(hit) {
  const chip = (text, look = "", title = "") =>
    make("span", { class: `badge ${look}`.trim(), title }, quoted(text));
  const found = (page.contradictions[hit] ?? []).map(({ text, stronger }) =>
    chip(text, stronger ? "stronger" : "far"),
  );
  const count = (page.flags[hit] ?? cell(hit, "alerts").split("; ").filter(Boolean)).length;
  const groups = page.groups[hit] ?? 0;
  if (count) {
    const where = groups && groups < count ? `, ${groups} group${groups > 1 ? "s" : ""}` : "";
    const says = `${count} alert${count > 1 ? "s" : ""}${where}`;
    found.push(chip(says, "", `${cell(hit, "alerts")}. ${meaning("alerts")}`));
  }
  for (const text of page.risks[hit] ?? []) {
    const name = riskName(text);
    if (common.includes(name)) continue;
    const task = page.tasks.find(({ label }) => label === name)?.task ?? "";
    const among = page.drugs[hit]?.[task];
    const says = `${text}${among ? `, ${among}` : ""}: a predicted risk, or outside its wanted range. ${meaning(task)}`;
    found.push(chip(text, "risk", says));
  }
  for (const text of page.doubts[hit] ?? []) found.push(chip(text, "far"));
  found.push(...markBadges(hit));
  const rule = cell(hit, "picked_by");
  const acquired = ["probability", "improvement", "knowledge"].includes(rule);
  if (!["", "rank"].includes(rule)) found.push(chip(acquired ? `picked by ${rule}` : rule));
  return make("p", { class: "badges" }, found);
}

/* What changed since the last run. */
function markBadges(hit) {
  const chips = [];
  if (marked(hit, "change")) {
    const look = { class: "badge change", title: isolated(marked(hit, "cause")) };
    chips.push(make("span", look, marked(hit, "change")));
  }
  const was = (name, text) =>
    make("span", { class: "badge offer", title: isolated(marked(hit, name)) }, quoted(text));
  if (marked(hit, "price")) chips.push(was("price", `was ${marked(hit, "was")}`));
  if (marked(hit, "stock")) chips.push(was("stock", `stock ${marked(hit, "stock")}`));
  return chips;
}

/* The price, under the name of its column, which may hold the currency. */
function price(hit) {
  if (!page.price || !cell(hit, page.price)) return "";
  const text = make("b", {}, quoted(cell(hit, page.price)));
  return make("span", { title: meaning(page.price) }, quoted(page.price), " ", text);
}

function tile(hit) {
  const bars = page.parts.map(({ column: at, label }, k) => {
    const tall = 16 * (number(hit, at) || 0);
    return draw(
      "g",
      {},
      draw("title", {}, `${label} ${cell(hit, at)} of 1. ${meaning(at)}`),
      draw("rect", { class: "track", x: 8 * k, width: 6.8, height: 16 }),
      draw("rect", { x: 8 * k, y: 16 - tall, width: 6.8, height: tall }),
    );
  });
  const primary = page.tasks
    .filter((task) => task.primary)
    .map(({ task, label, probability, logarithm }) => {
      const doubt = probability || logarithm ? "" : cell(hit, `${task}_std`);
      const ends = ["_lo", "_hi"].map((end) => cell(hit, task + end));
      const span = logarithm ? ` (${ends.join(" to ")})` : "";
      return make(
        "span",
        { title: meaning(task) },
        `${label} `,
        make("b", {}, cell(hit, task)),
        doubt && ` ± ${doubt}`,
        span,
        molar(hit, task),
      );
    });
  const link = make(
    "a",
    { href: `#hit-${cell(hit, "rank")}` },
    make("span", { class: "rank" }, cell(hit, "rank")),
    quoted(named(hit)),
  );
  const mini = draw(
    "svg",
    {
      class: "mini",
      viewBox: `0 0 ${8 * bars.length - 1.2} 16`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "Score terms: desirability, 0 to 1",
    },
    bars,
  );
  return make(
    "article",
    { class: "tile", "data-hit": hit },
    later(pictureBox(page.structure[hit], named(hit), hit)),
    make("h3", {}, link),
    make(
      "p",
      { class: "key-numbers" },
      primary,
      make("span", {}, "score ", make("b", {}, cell(hit, "score"))),
      page.efficiencies.map((name) =>
        make("span", { title: meaning(name) }, `${shortly(name)} `, make("b", {}, cell(hit, name))),
      ),
      price(hit),
    ),
    mini,
    badges(hit),
    decisionBox(hit),
  );
}

let tiles = null;

/* Update every view from the state. */
function refresh() {
  state.shown = [...page.cells.keys()].filter(fits).sort(compare);
  const total = page.cells.length;
  byId("shown").textContent =
    `${state.shown.length.toLocaleString("en")} of ${total.toLocaleString("en")} shown`;
  const sorted = state.sort === "rank" ? [] : [quoted(state.sort), `: ${meaning(state.sort)}`];
  byId("meaning").replaceChildren(...sorted);
  byId("none").hidden = state.shown.length > 0;
  const grid = state.view === "grid";
  byId("grid").hidden = !grid;
  byId("table").hidden = byId("groups").hidden = grid;
  if (grid) {
    tiles ??= [...page.cells.keys()].map(tile);
    byId("grid").replaceChildren(...state.shown.map((hit) => tiles[hit]));
  } else {
    showTable();
  }
  for (const chart of charts) chart.update(state.shown);
  map.update(state.shown);
}

function sortBy(name, order) {
  [state.sort, state.order] = [name, order];
  [byId("sort").value, byId("order").value] = [name, String(order)];
  refresh();
}

function narrow(name, value) {
  state.facets.set(name, value);
  byId(`facet-${name}`).value = value;
  if (value) byId(`facet-${name}`).parentNode.hidden = false;
  refresh();
}
