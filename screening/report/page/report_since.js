/* Changes since the last run and decisions, if the run was compared, and links by compound. */

const since = JSON.parse(
  document.getElementById("since")?.textContent ??
    '{"marks":[],"keys":[],"left":[],"old_ids":{},"lines":[],"run":"","file":"decisions.csv"}',
);

/* Columns for the table and the filters. */
const MARKS = {
  change: "entered or moved since the last run; empty for a hit that stayed",
  cause: "cause of the change since the last run",
  decision: "decision: order, later or no",
  decision_comment: "comment on the decision, with who decided and when",
};
const rankAt = page.columns.findIndex(({ name }) => name === "rank");
const idAt = page.columns.findIndex(({ name }) => name === "compound_id");
const marks = new Map(since.marks.map((mark) => [mark.rank, mark]));
const marked = (hit, name) => marks.get(page.cells[hit][rankAt])?.[name] ?? "";
/* The column of each of them; a library may have a column of that name. Decisions always have one,
   because they are made here. */
const markColumns = {};

for (const [mark, meaning] of Object.entries(MARKS)) {
  if (!mark.startsWith("decision") && !since.marks.some((one) => one[mark])) continue;
  let name = mark;
  while (page.columns.some((one) => one.name === name)) name = `run_${name}`;
  markColumns[mark] = name;
  page.columns.push({ name, label: name, group: "identity", number: false, meaning });
  for (const [hit, cells] of page.cells.entries()) cells.push(marked(hit, mark));
}

/* The hit that a link names: by its rank, its compound ID, its InChIKey or an ID that it had in an
   earlier run; -1 if there is none. */
function linked(name) {
  const rank = name.match(/^hit-(\d+)$/)?.[1];
  const byRank = rank ? page.cells.findIndex((cells) => cells[rankAt] === rank) : -1;
  if (byRank >= 0) return byRank;
  const byId = page.cells.findIndex((cells) => cells[idAt] === name);
  if (byId >= 0 || !name) return byId;
  const byKey = since.keys.indexOf(name);
  if (byKey >= 0 || !Object.hasOwn(since.old_ids, name)) return byKey;
  return page.cells.findIndex((cells) => cells[rankAt] === since.old_ids[name]);
}

/* What the page says about a name that is none of its hits. */
function absent(name) {
  const gone = since.left.find((one) => [one.compound_id, one.inchikey].includes(name));
  if (!gone) return " is none of the hits on this page.";
  return ` is no longer a hit (rank ${gone.rank_before} last time): ${gone.cause}.`;
}

function fragment() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return location.hash.slice(1);
  }
}
