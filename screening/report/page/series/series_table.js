/* The tables of R-groups: one for each series among the hits. */

/* Unpacked once; null if no hits make a series. */
let series = null;
/* Size of the drawings: bonds are 30 pixels long in the data. */
const CORE_SCALE = 0.8;
const GROUP_SCALE = 0.72;
const [WIDEST_CORE, WIDEST_GROUP] = [310, 190];

function seriesPicture(number, most, widest, label) {
  const { size, marks } = series.pictures[number];
  const [width, height] = size;
  const scale = Math.min(most, widest / width);
  const svg = draw(
    "svg",
    {
      class: "molecule",
      viewBox: `0 0 ${10 * width} ${10 * height}`,
      role: "img",
      "aria-label": isolated(label),
    },
    painted(marks),
  );
  svg.style.setProperty("--wide", `${Math.round(scale * width)}px`);
  svg.style.setProperty("--high", `${Math.round(scale * height)}px`);
  return make("span", { class: "part", title: label }, svg);
}

function groupCell(number) {
  const { smiles, name, picture } = series.groups[number];
  const text = name ? make("span", { title: smiles }, name) : seriesPicture(picture, GROUP_SCALE, WIDEST_GROUP, smiles);
  return make("td", { class: "group" }, text);
}

/* The number of a value such as "<5.00 as the racemate"; NaN for none. */
const valueOf = (text) => (text === "" ? NaN : Number(text.split(" ")[0].replace(/^[<>]/, "")));

/* The ends of the colours of each target in a table: its weakest and strongest value. Ends less than
   LEAST_SPAN apart would make a difference of noise look large. */
const LEAST_SPAN = 2.5;
function seriesSpans({ rows }) {
  const primary = page.tasks.filter((task) => task.primary);
  return primary.map(({ task }, at) => {
    if (!series.shaded[at]) return null;
    const values = rows.flatMap(({ hit, values: of }) => [
      valueOf(of[at]),
      hit === undefined ? NaN : number(hit, task),
    ]);
    const known = values.filter((value) => !Number.isNaN(value));
    const high = Math.max(...known);
    return [Math.min(...known, high - LEAST_SPAN), high];
  });
}

/* A value as a chip; a pActivity has a colour from weak to strong. */
function valueChip(text, span, note = "") {
  const [first, ...rest] = text.split(" ");
  if (!first) return "";
  const share = span ? (valueOf(first) - span[0]) / (span[1] - span[0]) : 0;
  const level = Math.min(SHADES.length - 1, Math.floor(SHADES.length * share));
  const chip = make("span", { class: span ? `chip shade${level}` : "chip" }, first);
  const more = [note, ...rest].filter(Boolean).join(" ");
  return [chip, more ? make("small", {}, ` ${more}`) : ""];
}

/* The predicted value with its standard deviation, or its interval if it is learned as logarithms. */
function predictedCell(hit, { task, probability, logarithm }, span) {
  const doubt = probability || logarithm ? "" : cell(hit, `${task}_std`);
  const ends = ["_lo", "_hi"].map((end) => cell(hit, task + end));
  const note = logarithm ? ends.every(Boolean) && `(${ends.join(" to ")})` : doubt && `± ${doubt}`;
  return make("td", { class: "num" }, valueChip(cell(hit, task), span, note));
}

function memberCell({ hit, id }) {
  if (hit === undefined) {
    const kind = make("span", { class: "rank" }, "measured");
    return make("th", { scope: "row", title: isolated(id) }, kind, quoted(id));
  }
  const rank = cell(hit, "rank");
  const link = make("a", { href: `#hit-${rank}` }, quoted(named(hit)));
  return make("th", { scope: "row" }, make("span", { class: "rank" }, rank), link);
}

/* The columns of a table: title, cell, and what it is sorted by. */
function seriesColumns(one) {
  const primary = page.tasks.filter((task) => task.primary);
  const spans = seriesSpans(one);
  const groups = Array.from({ length: one.places }, (_, at) => ({
    title: `R${at + 1}`,
    show: (row) => groupCell(row.groups[at]),
    by: ({ groups: of }) => series.groups[of[at]].name || series.groups[of[at]].smiles,
  }));
  const values = primary.flatMap((task, at) => [
    {
      title: `${task.label} predicted`,
      number: true,
      show: ({ hit }) =>
        hit === undefined ? make("td") : predictedCell(hit, task, spans[at]),
      by: ({ hit }) => (hit === undefined ? NaN : number(hit, task.task)),
    },
    {
      title: `${task.label} measured`,
      number: true,
      show: ({ values: of }) => make("td", { class: "num" }, valueChip(of[at], spans[at])),
      by: ({ values: of }) => valueOf(of[at]),
    },
  ]);
  const score = {
    title: "score",
    number: true,
    show: ({ hit }) => make("td", { class: "num" }, hit === undefined ? "" : cell(hit, "score")),
    by: ({ hit }) => (hit === undefined ? NaN : number(hit, "score")),
  };
  const member = {
    title: "compound",
    show: memberCell,
    by: ({ hit }) => (hit === undefined ? NaN : number(hit, "rank")),
  };
  return [member, ...groups, ...values, score];
}

/* Members without a value come last in both orders. Ties keep the order of the run. */
function seriesOrder(rows, { by }, order) {
  const keys = rows.map(by);
  const places = [...rows.keys()];
  return places.sort((a, b) => {
    const [x, y] = [keys[a], keys[b]];
    if (typeof x === "string") return order * collator.compare(x, y) || a - b;
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || a - b;
    return order * (x - y) || a - b;
  });
}

function seriesTable(one, label) {
  const columns = seriesColumns(one);
  const rows = one.rows.map((row) => {
    const kind = row.hit === undefined ? "of-measured" : "";
    return make("tr", { class: kind }, columns.map(({ show }) => show(row)));
  });
  const body = make("tbody", {}, rows);
  const heads = columns.map((column) => {
    const button = make("button", { type: "button" }, column.title);
    const head = make("th", { scope: "col", class: column.number ? "num" : "" }, button);
    button.addEventListener("click", () => {
      const rising = head.ariaSort ? head.ariaSort === "descending" : !column.number;
      for (const other of heads) other.ariaSort = null;
      head.ariaSort = rising ? "ascending" : "descending";
      const order = seriesOrder(one.rows, column, rising ? 1 : -1);
      body.replaceChildren(...order.map((at) => rows[at]));
    });
    return head;
  });
  const table = make("table", { "aria-label": label }, make("thead", {}, make("tr", {}, heads)), body);
  return make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label }, table);
}

const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/* What a table does not show. */
function seriesNotes({ rows, hits, measured, elsewhere, failed, unsplit }) {
  const ofHits = rows.filter(({ hit }) => hit !== undefined).length;
  const ofMeasured = rows.length - ofHits;
  const links = (some) =>
    some.flatMap((hit, at) => [
      at ? ", " : "",
      make("a", { href: `#hit-${cell(hit, "rank")}` }, quoted(named(hit))),
    ]);
  const looked = ofHits + elsewhere.length + failed.length;
  const notes = [];
  if (looked < hits)
    notes.push([`The first ${looked} of ${hits.toLocaleString("en")} hits of this scaffold.`]);
  if (ofMeasured + unsplit.length < measured)
    notes.push([
      `${ofMeasured} of ${measured.toLocaleString("en")} measured compounds that differ at these `,
      "places alone: those most similar to a hit.",
    ]);
  if (elsewhere.length) notes.push(["Not shown, because they differ at further places: ", links(elsewhere), "."]);
  if (failed.length) notes.push(["Could not be split into core and R-groups: ", links(failed), "."]);
  if (unsplit.length)
    notes.push([
      "Measured compounds that could not be split at these places: ",
      unsplit.flatMap((id, at) => [at ? ", " : "", quoted(id)]),
      ".",
    ]);
  return notes.map((parts) => make("p", { class: "note" }, parts.flat()));
}

function seriesCard(one, at) {
  const ofHits = one.rows.filter(({ hit }) => hit !== undefined).length;
  const ofMeasured = one.rows.length - ofHits;
  const others = ofMeasured ? ` and ${counted(ofMeasured, "measured compound")}` : "";
  const title = `Series ${at + 1}: ${counted(ofHits, "hit")}${others}`;
  const core = seriesPicture(one.core, CORE_SCALE, WIDEST_CORE, one.smiles);
  return make(
    "article",
    { class: "sar", id: `series-${at + 1}` },
    make("h3", {}, title),
    make("div", { class: "core" }, core),
    make("div", { class: "members" }, seriesTable(one, title), seriesNotes(one)),
  );
}

/* The number of the table that has a hit, from 1; 0 for none. */
const seriesOf = (hit) =>
  (series?.tables ?? []).findIndex(({ rows }) => rows.some((row) => row.hit === hit)) + 1;

function showSeries() {
  if (!series) return;
  const { tables, further, apart, shaded } = series;
  byId("series").hidden = false;
  byId("series-list").replaceChildren(...tables.map(seriesCard));
  const told = [];
  if (further) told.push(`${counted(further, "more scaffold")} with several hits not shown.`);
  if (apart)
    told.push(
      `${counted(apart, "other scaffold")} with several hits: fewer than three members that differ at one to four places.`,
    );
  byId("series-rest").hidden = !told.length;
  byId("series-rest").textContent = told.join(" ");
  byId("series-key").hidden = !shaded.some(Boolean);
  byId("series-key").replaceChildren(
    make("span", {}, "pActivity, from the weakest of a series"),
    make("span", {}, ...SHADES.map((_, k) => make("i", { class: `swatch shade${k}` }))),
    make("span", {}, "to its strongest"),
  );
}
