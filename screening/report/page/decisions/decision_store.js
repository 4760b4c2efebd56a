/* Decisions about the hits: those that the run knew, and those that were made on this page. */

const DECISIONS = ["order", "later", "no"];
const KEPT_MARKS = `hitlist decisions ${since.run || location.pathname}`;
const KEPT_NAME = "hitlist decided by";
/* False if this browser keeps nothing for a page: then marks are lost when the page is closed. */
let keepsMarks = true;
/* The marks made here, by rank. An empty decision takes a known one back. */
let ownMarks = new Map();

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    keepsMarks = false;
    return null;
  }
}

function keep(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch {
    keepsMarks = false;
  }
}

/* White space as Python sees it becomes single blanks, as in the reader of the file. */
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const folded = (text) => text.replace(BLANKS, " ").replace(/^ | $/g, "");

function isMark(one) {
  const texts = ["comment", "date", "by"].map((name) => one?.[name]);
  return ["", ...DECISIONS].includes(one?.decision) && texts.every((x) => typeof x === "string");
}

/* Read the marks again, because another window of this report may have added some. */
function recallMarks() {
  const text = recall(KEPT_MARKS);
  if (!keepsMarks) return;
  try {
    const found = Object.entries(JSON.parse(text ?? "{}"));
    ownMarks = new Map(found.filter(([, one]) => isMark(one)));
  } catch {
    ownMarks = new Map();
  }
}

const keepMarks = () => keep(KEPT_MARKS, JSON.stringify(Object.fromEntries(ownMarks)));
const rankOf = (hit) => page.cells[hit]?.[rankAt];
const hitsByRank = new Map(page.cells.map((cells, hit) => [cells[rankAt], hit]));

/* Each value that only one hit has, with that hit. */
function unique(values) {
  const found = new Map();
  values.forEach((value, hit) => found.set(value, found.has(value) ? -1 : hit));
  return new Map([...found].filter(([value, hit]) => value && hit >= 0));
}
const hitsById = unique(page.cells.map((cells) => cells[idAt]));
const hitsByKey = unique(since.keys);

/* The hit that a line of the file is about; undefined if it is about none of this page. */
function hitOf({ compound_id: id, inchikey }) {
  if (hitsById.has(id)) return hitsById.get(id);
  if (id && Object.hasOwn(since.old_ids, id)) return hitsByRank.get(since.old_ids[id]);
  return hitsByKey.get(inchikey);
}

/* The newest line about each hit of the file that the run read. */
const knownLines = new Map();
for (const one of since.lines) {
  const hit = hitOf(one);
  if (hit !== undefined && !(knownLines.get(hit)?.date > one.date)) knownLines.set(hit, one);
}

const NO_DECISION = { decision: "", comment: "", date: "", by: "" };
function knownDecision(hit) {
  const decision = marked(hit, "decision");
  if (!decision) return NO_DECISION;
  return { ...NO_DECISION, ...knownLines.get(hit), decision };
}
const decisionOf = (hit) => ownMarks.get(rankOf(hit)) ?? knownDecision(hit);

/* The comment, with the person and the day, as the run tells it. */
function decisionComment(hit) {
  const one = ownMarks.get(rankOf(hit));
  if (!one) return marked(hit, "decision_comment");
  if (!one.decision) return "";
  const source = [one.by, one.date].filter(Boolean).join(", ");
  return [one.comment, source && `(${source})`].filter(Boolean).join(" ");
}

/* Add a mark. Days are those of UTC, as the times of runs are. A mark that says what the run knew is
   none, unless another one was exported. */
function setMark(hit, decision, comment) {
  if (keepsMarks) recallMarks();
  const [rank, known] = [rankOf(hit), knownDecision(hit)];
  const written = ownMarks.get(rank)?.written ?? false;
  if (!written && known.decision === decision && known.comment === comment) ownMarks.delete(rank);
  else {
    const date = new Date().toISOString().slice(0, 10);
    const by = folded(byId("decided-by").value);
    ownMarks.set(rank, { decision, comment, date, by, written, exported: false });
  }
  keepMarks();
}

const unexported = () => [...ownMarks.values()].filter(({ exported }) => !exported).length;

/* A cell that no spreadsheet runs as a formula: the rules of screening/text/cells.py. */
const SIGNS = "[=+\\-@\uff1d\uff0b\uff0d\uff20]";
const PICTURED = /(?<!')('*)([\0-\x08\x0b\x0c\x0e-\x1f\u2400-\u2408\u240b\u240c\u240e-\u241f])/g;
const INNER_SIGN = new RegExp(`(?<![ ",;|])([ ",;|]+)('*)(?=${SIGNS})`, "g");
const FIRST_SIGN = new RegExp(`^'*[ "]*${SIGNS}`);

function escapedCell(text) {
  const shown = text
    .replace(PICTURED, (_, marks, sign) => {
      const code = sign.charCodeAt(0);
      return `${marks}${marks}${code < 32 ? String.fromCharCode(0x2400 + code) : `'${sign}`}`;
    })
    .replace(INNER_SIGN, (whole, run, marks) => (/[,;|]/.test(run) ? `${run}'${marks}` : whole));
  return FIRST_SIGN.test(shown) ? `'${shown}` : shown;
}

function csvCell(text) {
  const escaped = escapedCell(folded(text));
  return /[",;|']/.test(escaped) ? `"${escaped.replaceAll('"', '""')}"` : escaped;
}

const FILE_COLUMNS = ["compound_id", "inchikey", "decision", "comment", "date", "by"];

/* How the file names a hit: only by what no other hit has, so that no line is about two. */
function namesInFile(hit) {
  const [id, key] = [page.cells[hit][idAt], since.keys[hit] ?? ""];
  const inchikey = hitsByKey.has(key) ? key : "";
  return { compound_id: hitsById.has(id) || !inchikey ? id : "", inchikey };
}

/* The lines of the file that the run read, with those about marked hits replaced. */
function decisionsCsv() {
  const kept = since.lines.filter((one) => !ownMarks.has(rankOf(hitOf(one))));
  const made = [...ownMarks]
    .filter(([rank, { decision }]) => decision && hitsByRank.has(rank))
    .map(([rank, one]) => ({ ...one, ...namesInFile(hitsByRank.get(rank)) }));
  const order = ["compound_id", "inchikey", "date"];
  const before = (a, b) => {
    const name = order.find((one) => a[one] !== b[one]);
    return name ? (a[name] < b[name] ? -1 : 1) : 0;
  };
  const lines = [...kept, ...made].sort(before);
  const rows = lines.map((one) => FILE_COLUMNS.map((name) => csvCell(one[name])).join(","));
  return [FILE_COLUMNS.join(","), ...rows, ""].join("\n");
}

recallMarks();
