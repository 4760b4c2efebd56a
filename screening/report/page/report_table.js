/* The table. Rows are laid out by the hundred while scrolling: a thousand take a second. */

const CHUNK = 100;
let table = null;

function tableCell(hit, { name, number: is, group }) {
  if (name === "smiles")
    return make("td", { class: "thumb" }, later(pictureBox(page.structure[hit], named(hit), hit)));
  if (name === decisionColumn || name === commentColumn) return decisionCell(hit, name);
  const text = cell(hit, name);
  if (name === "compound_id" || name === "name")
    return make(
      "td",
      { class: "who" },
      make("a", { href: `#hit-${cell(hit, "rank")}` }, quoted(text)),
    );
  const td = make(
    "td",
    { class: is ? "num" : name === "reason" ? "reason" : "text", title: is ? "" : text },
    is ? text : quoted(text),
  );
  if (group === "score" && name.startsWith("d_")) {
    td.classList.add("share");
    td.style.setProperty("--share", `${100 * number(hit, name)}%`);
  }
  return td;
}

function rowOf(hit) {
  if (!table.rows.has(hit)) {
    const cells = table.columns.map((one) => tableCell(hit, one));
    table.rows.set(hit, make("tr", { "data-hit": hit }, cells));
  }
  return table.rows.get(hit);
}

function buildTable() {
  const on = [...byId("groups").querySelectorAll("input:checked")].map(({ value }) => value);
  const own = page.columns.filter(({ name }) => [decisionColumn, commentColumn].includes(name));
  const columns = page.columns.filter((one) => on.includes(one.group) && !own.includes(one));
  if (on.includes("identity"))
    columns.splice(columns.findIndex(({ name }) => name === "name") + 1, 0, ...own);
  const heads = columns.map(({ name, number: is }) => {
    const sorts = { type: "button", "data-sort": name, title: meaning(name) };
    const button = make("button", sorts, quoted(name));
    return make("th", { scope: "col", class: is ? "num" : "", "data-column": name }, button);
  });
  const body = make("tbody");
  const head = make("thead", {}, make("tr", {}, heads));
  byId("table").replaceChildren(make("table", { class: "hits" }, head, body));
  table = { columns, body, heads, rows: new Map() };
}

function addRows() {
  const from = table.body.rows.length;
  const next = state.shown.slice(from, from + CHUNK);
  table.body.append(...next.map(rowOf));
  if (next.length === CHUNK) bottom.observe(table.body.lastChild);
}

const bottom = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || target !== table?.body.lastChild) continue;
      bottom.unobserve(target);
      addRows();
    }
  },
  { rootMargin: "1500px" },
);

function showTable() {
  if (!table) buildTable();
  bottom.disconnect();
  table.body.replaceChildren();
  addRows();
  const direction = state.order > 0 ? "ascending" : "descending";
  for (const head of table.heads) {
    head.ariaSort = head.dataset.column === state.sort ? direction : null;
  }
}

/* Lay out the row of a shown hit, and the rows before it. */
function rowInView(hit) {
  while (!table.rows.get(hit)?.isConnected) addRows();
  return table.rows.get(hit);
}
