/* Marks at the hits: order, later or no, a comment, their counts and their export. */

const decisionColumn = markColumns.decision;
const commentColumn = markColumns.decision_comment;

/* The cells follow the marks, so that the table sorts by them. */
function fillDecisionCells(hit) {
  page.cells[hit][column[decisionColumn]] = decisionOf(hit).decision;
  page.cells[hit][column[commentColumn]] = decisionComment(hit);
}

/* The buttons and the comment of a hit; in its window they have keys. */
function decisionBox(hit, keys = false) {
  const buttons = DECISIONS.map((word) =>
    make(
      "button",
      {
        type: "button",
        "data-decide": word,
        title: `Decision: ${word} (key ${word[0]}); again takes it back`,
        ...(keys ? { "aria-keyshortcuts": word[0] } : {}),
      },
      word,
    ),
  );
  const name = isolated(named(hit));
  const comment = make("input", {
    class: "decision-comment",
    type: "text",
    maxlength: 500,
    placeholder: "comment",
    autocomplete: "off",
    "aria-label": `Comment on the decision about ${name}`,
  });
  const group = { class: "decide", role: "group", "aria-label": `Decision about ${name}` };
  return fillDecisionBox(make("div", { ...group, "data-of": hit }, buttons, comment));
}

function fillDecisionBox(box) {
  const { decision, comment } = decisionOf(Number(box.dataset.of));
  for (const button of box.querySelectorAll("button"))
    button.ariaPressed = String(button.dataset.decide === decision);
  const field = box.querySelector("input");
  [field.value, field.hidden] = [comment, !decision];
  return box;
}

/* The decision in words, for the window of a hit and for print. */
function decisionNote(hit) {
  return fillDecisionNote(make("p", { class: "note decision-note", "data-of": hit }));
}

function fillDecisionNote(note) {
  const hit = Number(note.dataset.of);
  const [{ decision }, comment] = [decisionOf(hit), decisionComment(hit)];
  note.hidden = !decision;
  note.replaceChildren(`Decision: ${decision}${comment && " – "}`, quoted(comment));
  return note;
}

function fillCommentCell(td) {
  const text = decisionComment(Number(td.dataset.of));
  td.title = isolated(text);
  td.replaceChildren(quoted(text));
  return td;
}

function decisionCell(hit, name) {
  if (name === decisionColumn) return make("td", { class: "decision" }, decisionBox(hit));
  return fillCommentCell(make("td", { class: "text decision-told", "data-of": hit }));
}

const DECISION_PARTS = {
  decide: fillDecisionBox,
  "decision-note": fillDecisionNote,
  "decision-told": fillCommentCell,
};

/* Show the decision about a hit wherever it is drawn; filtered tiles and rows are in no document. */
function showDecision(hit) {
  fillDecisionCells(hit);
  for (const place of [tiles?.[hit], table?.rows.get(hit), byId("opened")])
    for (const [name, fillPart] of Object.entries(DECISION_PARTS))
      for (const part of place?.querySelectorAll(`.${name}[data-of="${hit}"]`) ?? []) fillPart(part);
}

function showDecisions() {
  const all = [...page.cells.keys()].map((hit) => decisionOf(hit).decision);
  const counts = DECISIONS.map((word) => [word, all.filter((one) => one === word).length])
    .filter(([, count]) => count)
    .map(([word, count]) => `${count.toLocaleString("en")} ${word}`);
  const open = unexported();
  const waiting = open
    ? `${open.toLocaleString("en")} mark${open > 1 ? "s" : ""} not exported`
    : "";
  byId("decided").textContent = [...counts, waiting].filter(Boolean).join(" · ") || "none yet";
  byId("decided").classList.toggle("far", open > 0);
  const notes = [
    !keepsMarks && "This browser keeps no marks: export them before you close this page.",
    since.problem && `The run could not read ${since.file}, so the export lacks its lines.`,
  ].filter(Boolean);
  byId("decisions-note").hidden = !notes.length;
  byId("decisions-note").textContent = notes.join(" ");
}

function afterMark(hit) {
  showDecision(hit);
  showDecisions();
  const sorted = [decisionColumn, commentColumn].includes(state.sort);
  if (sorted || state.facets.get(decisionColumn)) refresh();
}

function decide(hit, word) {
  const { decision, comment } = decisionOf(hit);
  setMark(hit, decision === word ? "" : word, comment);
  afterMark(hit);
}

function exportDecisions() {
  if (keepsMarks) recallMarks();
  const url = URL.createObjectURL(new Blob([decisionsCsv()], { type: "text/csv" }));
  make("a", { href: url, download: since.file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  for (const one of ownMarks.values()) [one.exported, one.written] = [true, true];
  keepMarks();
  showDecisions();
}

function listenToDecisions() {
  const name = byId("decided-by");
  name.value = recall(KEPT_NAME) ?? "";
  name.addEventListener("change", () => keep(KEPT_NAME, name.value));
  byId("export-decisions").textContent = `Export ${since.file}`;
  byId("export-decisions").addEventListener("click", exportDecisions);
  document.addEventListener("click", ({ target }) => {
    const word = target.closest("[data-decide]")?.dataset.decide;
    if (word) decide(Number(target.closest(".decide").dataset.of), word);
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches(".decision-comment")) return;
    const hit = Number(target.closest(".decide").dataset.of);
    setMark(hit, decisionOf(hit).decision, folded(target.value));
    afterMark(hit);
  });
  /* Keys act on the tile or row whose link has the focus. */
  for (const view of ["grid", "table"]) {
    byId(view).addEventListener("keydown", ({ target, key, ctrlKey, altKey, metaKey }) => {
      const hit = target.closest("[data-hit]")?.dataset.hit;
      const word = DECISIONS.find((one) => one[0] === key);
      if (!hit || !word || !target.matches("a") || ctrlKey || altKey || metaKey) return;
      decide(Number(hit), word);
    });
  }
  addEventListener("storage", ({ key }) => {
    if (key !== KEPT_MARKS) return;
    recallMarks();
    for (const hit of page.cells.keys()) showDecision(hit);
    showDecisions();
  });
  addEventListener("beforeunload", (event) => {
    if (!keepsMarks && unexported()) event.preventDefault();
  });
}

for (const hit of page.cells.keys()) fillDecisionCells(hit);
