/* The predictions of a hit on the whole panel, by kinase group. */

/* The panel of each hit, unpacked once; empty without a panel. */
let profiles = [];
/* Lower edges of the colour steps, as pActivity, with the concentration of each. */
const SHADES = [
  [-Infinity, "below 5"],
  [5, "5: 10 µM"],
  [6, "6: 1 µM"],
  [7, "7: 100 nM"],
  [8, "8 or more: 10 nM"],
];
const inSteps = (step) => (step / 100).toFixed(2);
/* A measured value with one decimal, such as <5.0, so that it fits a cell. */
const short = (text) => text.replace(/\d+\.\d+/g, (digits) => Number(digits).toFixed(1));
const shade = (step) => SHADES.findLastIndex(([edge]) => step / 100 >= edge);

/* The name of a target with its prediction, its interval if known, and its measured value. */
function said(hit, at) {
  const { values, own, near } = profiles[hit];
  const found = near.find(([place]) => place === at);
  const range = found ? ` (${inSteps(found[1])} to ${inSteps(found[2])})` : "";
  const primary = page.panel.primary.includes(at) ? ", a primary target" : "";
  const measured = own[at] ? `; measured ${own[at]}` : "";
  return `${page.panel.names[at]}${primary}: predicted ${inSteps(values[at])}${range}${measured}`;
}

/* The off-targets that matter, strongest first. */
function closeTargets(hit) {
  const { names, primary, targets, close, strong, potent } = page.panel;
  const { values, own, near, further } = profiles[hit];
  const many = `${(names.length - primary.length).toLocaleString("en")} other ${targets}`;
  const beside = `at most ${close.toFixed(1)} below the primary target's prediction`;
  const rule = `at ${strong} or more, or at ${potent} or more (1 µM) and ${beside}`;
  if (!near.length) return make("p", {}, `None of ${many} is predicted or measured ${rule}.`);
  const told = near.map(([at, low, high], k) => {
    const measured = own[at] ? [" measured ", make("b", {}, own[at])] : "";
    const text = ` ${inSteps(values[at])} (${inSteps(low)} – ${inSteps(high)})`;
    return make("li", {}, quoted(names[at]), text, measured, k + 1 < near.length ? ";" : "");
  });
  const rest = further ? make("li", {}, `and ${further} more`) : "";
  const count = `${near.length + further} of ${many}`;
  return [
    make("p", {}, `Off-targets predicted or measured ${rule}: ${count}, with their 90 % intervals.`),
    make("ul", { class: "close" }, told, rest),
  ];
}

function selectivityScores(hit) {
  if (!("S_1uM" in column)) return "";
  const { names, targets, potent } = page.panel;
  const count = Math.round(number(hit, "S_1uM") * names.length);
  const range = `90 % interval ${cell(hit, "S_1uM_lo")} to ${cell(hit, "S_1uM_hi")}`;
  return make(
    "p",
    { title: meaning("S_1uM") },
    "S(1 µM) ",
    make("b", {}, cell(hit, "S_1uM")),
    ` (${range}): ${count} of ${names.length} ${targets} predicted at ${potent} or more.`,
    "selectivity_entropy" in column
      ? make(
          "span",
          { title: meaning("selectivity_entropy") },
          ` Selectivity entropy ${cell(hit, "selectivity_entropy")}.`,
        )
      : "",
  );
}

/* One cell for each target. Tab reaches the panel once; arrow keys go from cell to cell. */
function panelCells(hit) {
  const { names, groups, primary } = page.panel;
  const { values, own } = profiles[hit];
  const cells = names.map((name, at) => {
    const look = `shade${shade(values[at])}${primary.includes(at) ? " primary" : ""}`;
    const text = [make("span", { class: "target" }, name), inSteps(values[at])];
    const measured = own[at] ? make("b", { class: "own" }, short(own[at])) : "";
    const looks = { class: `cell ${look}`, title: said(hit, at), tabindex: at ? -1 : 0 };
    return make("li", looks, text, measured);
  });
  let from = 0;
  const rows = groups.map(({ name, size }) => {
    const list = make("ul", { "aria-label": name }, cells.slice(from, (from += size)));
    return make("div", { class: "panel-group" }, make("h5", {}, name), list);
  });
  const box = make("div", { class: "panel-cells" }, rows);
  const told = make("output", { class: "panel-told" }, "Point at a cell for its numbers.");
  const tell = ({ target }) => {
    const at = cells.indexOf(target.closest(".cell"));
    if (at >= 0) told.textContent = said(hit, at);
  };
  box.addEventListener("pointerover", tell);
  box.addEventListener("focusin", tell);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const to = cells[cells.indexOf(event.target) + step];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    if (!to) return;
    event.target.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
  return [told, box];
}

function panelKey() {
  const shades = SHADES.map(([, text], at) =>
    make("span", {}, make("i", { class: `swatch shade${at}` }), text),
  );
  return make(
    "p",
    { class: "key" },
    "Key: predicted pActivity",
    shades,
    make("span", {}, make("i", { class: "swatch primary" }), "primary target"),
    make("span", {}, make("b", { class: "own" }, "framed"), " measured for this compound"),
  );
}

/* The same numbers as a table, filled when it is opened. */
function panelTable(hit) {
  const { names, groups } = page.panel;
  const box = make("details", { class: "panel-table" }, make("summary", {}, "As a table"));
  box.addEventListener("toggle", () => {
    if (box.querySelector("table")) return;
    const group = groups.flatMap(({ name, size }) => Array(size).fill(name));
    const { values, own } = profiles[hit];
    const row = (name, at, predicted, measured) =>
      make(
        "tr",
        {},
        make("td", {}, group[at]),
        make("th", { scope: "row" }, name),
        make("td", { class: "num" }, predicted),
        make("td", { class: "num" }, measured),
      );
    const rows = names.flatMap((name, at) => [
      row(name, at, inSteps(values[at]), own[at] ?? ""),
      ...mutantsOf(hit, [at]).map((one) => row(one.name, at, mutantText(one), "")),
    ]);
    const heads = ["Group", "Target", "Predicted", "Measured"];
    const head = make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)));
    box.append(make("table", {}, make("thead", {}, head), make("tbody", {}, rows)));
  });
  return box;
}

/* The mutants of some targets, with the predictions of a hit; null without one. */
function mutantsOf(hit, places) {
  const numbers = profiles[hit].mutants ?? [];
  return page.panel.mutants
    .map((one, k) => ({ ...one, found: numbers[k] }))
    .filter(({ at }) => places.includes(at));
}

/* The value on a mutant with its interval: there is never one without the other. */
const mutantText = ({ found }) =>
  found ? `${inSteps(found[0])} (${inSteps(found[1])} – ${inSteps(found[2])})` : "no data";

/* Mutants of the primary targets and of the off-targets that matter, below their wild types. */
function mutantTable(hit) {
  const { names, primary } = page.panel;
  const { values, near } = profiles[hit];
  const places = [...new Set([...primary, ...near.map(([at]) => at)])];
  const shown = places.filter((at) => mutantsOf(hit, [at]).length);
  if (!shown.length) return "";
  const row = (kind, cells) => make("tr", { class: kind }, cells);
  const num = (text) => make("td", { class: "num" }, text);
  const head = (text) => make("th", { scope: "row" }, text);
  const rows = shown.flatMap((at) => [
    row("wild", [head(names[at]), num(inSteps(values[at])), num(""), num(""), num(""), num("")]),
    ...mutantsOf(hit, [at]).map((one) => {
      const { found } = one;
      const change = found ? found[0] - values[at] : 0;
      const sign = change < 0 ? "−" : "+";
      return row("mutant", [
        head(one.name),
        num(mutantText(one)),
        num(found ? `${sign}${inSteps(Math.abs(change))}` : ""),
        num(one.compounds),
        num(one.error),
        num(one.coverage && `${one.coverage} %`),
      ]);
    }),
  ]);
  const heads = ["", "Predicted", "Difference", "Compounds", "Error", "In interval"];
  const top = make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)));
  return make(
    "details",
    { class: "mutants" },
    make("summary", {}, "Mutants"),
    make(
      "p",
      {},
      "A mutant is predicted as its wild type, plus a difference learned from the number of ",
      "compounds in the table, with a 90 % interval. Error and share in the interval are those of ",
      "compounds of other series, from the measured wild type. Do not choose between hits by these ",
      "differences: measure them.",
    ),
    make("table", {}, make("thead", {}, top), make("tbody", {}, rows)),
  );
}

/* The panel of a hit. The cells are only in its window: a printed page has the numbers that matter. */
function panel(hit, inWindow) {
  if (!page.panel) return "";
  const { names, targets, model } = page.panel;
  const title = `Selectivity over the ${names.length} ${targets} of ${model}`;
  const far = model in outside(hit)
    ? make("p", { class: "domain outside" }, `Outside the domain of ${model}: not reliable.`)
    : "";
  return make(
    "section",
    { class: "panel" },
    make("h4", {}, title),
    far,
    selectivityScores(hit),
    closeTargets(hit),
    inWindow ? [panelKey(), ...panelCells(hit), mutantTable(hit), panelTable(hit)] : "",
  );
}
