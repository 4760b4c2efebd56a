/* One hit with all its data, for its window and for print. */

const column = Object.fromEntries(page.columns.map(({ name }, at) => [name, at]));
const cell = (hit, name) => (name in column ? page.cells[hit][column[name]] : "");
/* A bound such as <5.00 counts as its number. */
const number = (hit, name) => {
  const text = cell(hit, name).replace(/^[<>]/, "");
  return text === "" ? NaN : Number(text);
};
const meaning = (name) => page.columns[column[name]]?.meaning ?? "";
const named = (hit) => cell(hit, "name") || cell(hit, "compound_id");
const ofGroup = (...groups) => page.columns.filter(({ group }) => groups.includes(group));
/* Models whose domain a hit lies outside of, each with distance and limit as text. */
const outside = (hit) => page.outsides[hit] ?? {};
const isOutside = (hit) => Object.keys(outside(hit)).length > 0;

function line(label, title, graphic, ...texts) {
  const numbers = texts.map((text) => make("span", { class: "num" }, text));
  return make("div", { class: "line", title }, make("span", {}, label), graphic, numbers);
}

function bar(share) {
  const width = Math.max(0, Math.min(100 * share, 100));
  const rects = [
    draw("rect", { class: "track", width: 100, height: 8 }),
    draw("rect", { class: "fill", width, height: 8 }),
  ];
  return draw(
    "svg",
    { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    rects,
  );
}

/* A prediction and its interval, or its spread, on the axis of its unit. */
function interval(hit, { task, low, high, logarithm }) {
  const place = (value) => (logarithm ? Math.log10(Math.max(value, 1e-9)) : value);
  const at = (value) => Math.max(0, Math.min((100 * (place(value) - low)) / (high - low), 100));
  const middle = at(number(hit, task));
  const [from, to] = ["_lo", "_hi"].map((end) =>
    `${task}${end}` in column ? at(number(hit, task + end)) : middle,
  );
  const parts = [
    draw("rect", { class: "track", width: 100, height: 8 }),
    draw("rect", { class: "fill range", x: from, y: 1, width: to - from, height: 6 }),
    draw("rect", { class: "dot", x: Math.max(middle - 1, 0), width: 2, height: 8 }),
  ];
  return draw(
    "svg",
    { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    parts,
  );
}

/* A concentration beside its pActivity, such as " (7.9 nM)". */
const molar = (hit, task) =>
  cell(hit, `${task}_nM`) ? ` (${cell(hit, `${task}_nM`)} nM)` : "";

/* The name of an efficiency, without its target if there is only one. */
const shortly = (name) => {
  const [, target, kind] = name.match(/^(.*)_(L?LE)$/) ?? [null, "", name];
  return page.tasks.filter(({ primary }) => primary).length > 1 ? `${kind} ${target}` : kind;
};

/* An end of a range, cut where the scale of its unit ends. */
function ended(hit, { task, scale }, end) {
  const text = cell(hit, task + end);
  if (!scale || text === "") return text;
  const [least, most] = scale;
  const cut = Math.max(least, Math.min(Number(text), most));
  return cut === Number(text) ? text : cut.toFixed((text.split(".")[1] ?? "").length);
}

/* A prediction, with its chance of inactivity if that is known. Outside its model's domain neither
   that nor the range is shown. */
function prediction(hit, task) {
  const ends = ["_lo", "_hi"].map((end) => ended(hit, task, end));
  const cut = ["_lo", "_hi"].some((end, at) => cell(hit, task.task + end) !== ends[at]);
  const far = task.model in outside(hit);
  const range = ["_nM_lo", "_nM_hi"].map((end) => cell(hit, task.task + end));
  const where = far
    ? ` Outside the domain of ${task.model}: not reliable.`
    : `${range[0] && ` In nM: ${cell(hit, `${task.task}_nM`)}, from ${range[0]} to ${range[1]}.`}${
        cut ? ` The range is cut at ${task.scale.join(" and ")}, the ends of the scale.` : ""
      }`;
  const found = line(
    task.label,
    `${meaning(task.task)}${where}${task.line && ` ${task.line}.`}`,
    interval(hit, task),
    cell(hit, task.task),
    far ? "outside" : ends[0] && `${ends[0]} – ${ends[1]}`,
    far || !cell(hit, `${task.task}_nM`) ? "" : `${cell(hit, `${task.task}_nM`)} nM`,
  );
  if (far) found.classList.add("far");
  const lines = [found];
  const among = page.drugs[hit]?.[task.task];
  if (among) lines.push(make("p", { class: "among" }, among));
  const chance = page.inactivity[hit]?.[task.task];
  if (chance && !far) {
    const title = meaning(`${task.task}_p_inactive`);
    lines.push(make("p", { class: "note chance", title }, chance));
  }
  return lines;
}

/* Each primary target beside the other targets of its bundle. */
function compared(hit) {
  return (page.compared[hit] ?? []).map(({ text, highest, model }) => {
    const far = model in outside(hit);
    const says = far ? ` Not reliable: outside the domain of ${model}.` : "";
    return make(
      "p",
      { class: far ? "compared far" : "compared" },
      quoted(`${text}.`),
      says,
      make("br"),
      "Highest others: ",
      quoted(highest),
    );
  });
}

/* Predictions with an interval, then those with a spread only. */
function predictions(hit) {
  const kinds = [
    [true, "Predictions with their 90 % interval (calibrated)"],
    [false, "Predictions with the spread of the networks, not an interval"],
  ];
  const groups = kinds.map(([sure, says]) => {
    const tasks = page.tasks.filter((task) => task.interval === sure);
    if (!tasks.length) return "";
    const axes = [...new Set(tasks.map(({ low, high }) => `${low} to ${high}`))].join(" or ");
    const title = make("h4", {}, `${says}; bars are from ${axes}`);
    const lines = tasks.flatMap((task) => prediction(hit, task));
    return make("div", { class: "predictions" }, title, lines);
  });
  return make("div", {}, groups);
}

function scoreParts(hit) {
  const lines = page.parts.map(({ column: at, label }) =>
    line(label, meaning(at), bar(number(hit, at)), cell(hit, at)),
  );
  const from = (page.contradictions[hit] ?? []).length
    ? "; from the predictions, although a measurement contradicts one"
    : "";
  const title = make("h4", {}, `Score terms: desirability, 0 to 1${from}`);
  return make("div", { class: "parts" }, title, lines);
}

/* Stereochemistry of the structure, and an earlier hit that differs only in it. */
function stereochemistry(hit) {
  const words = cell(hit, "stereo");
  const other = cell(hit, "variant_of");
  if (!other && ["", "none"].includes(words)) return "";
  const stated = ["", "none"].includes(words)
    ? ""
    : `Stereochemistry: ${words}; stereoisomers get equal predictions. `;
  const but = other.replace(" (", " except for ").replace(")", "");
  const same = other ? `Same compound as hit ${but}.` : "";
  return make("p", { class: "note stereo", title: meaning("stereo") }, stated, same);
}

/* The change since the last run with its cause, and the old price and stock. */
function sinceLastRun(hit) {
  const [change, cause] = ["change", "cause"].map((name) => marked(hit, name));
  const offer = (name, label) => marked(hit, name) && [`${label}: `, quoted(marked(hit, name))];
  const told = [
    change && [`Since the last run: ${change} (${cause})`],
    offer("price", "Price"),
    offer("stock", "Stock"),
    offer("record", "Another record"),
  ];
  return told.filter(Boolean).map((parts) => make("p", { class: "note" }, ...parts));
}

/* `ready` draws a box now or later. The heading of a window has an id as its label. */
function card(hit, ready, heading = {}) {
  const box = ready(pictureBox(page.structure[hit], named(hit), hit));
  const more = list(ofGroup("vendor"), hit);
  const reason = cell(hit, "reason")
    ? make("p", { class: "reason" }, quoted(cell(hit, "reason")))
    : "";
  const rule = ["", "rank"].includes(cell(hit, "picked_by"))
    ? ""
    : ` · picked by ${cell(hit, "picked_by")}`;
  const title = make(
    "div",
    { class: "title" },
    make("p", { class: "rank" }, cell(hit, "rank")),
    make(
      "div",
      {},
      make("h3", heading, quoted(named(hit))),
      make(
        "p",
        { class: "id" },
        quoted(cell(hit, "compound_id")),
        ` · row ${cell(hit, "row")}`,
        rule,
        page.price && cell(hit, page.price) ? [" · ", price(hit)] : "",
      ),
      reason,
      sinceLastRun(hit),
      decisionNote(hit),
      decisionBox(hit, true),
    ),
    make("p", { class: "score" }, cell(hit, "score"), make("small", {}, "score")),
  );
  const measured = ofGroup("efficiency", "property").filter(({ name }) => name !== "alerts");
  const properties = make("dl", { class: "properties" }, list(measured, hit));
  return make(
    "article",
    { class: "card", "data-hit": hit },
    title,
    make(
      "div",
      { class: "sight" },
      box,
      make("p", { class: "account note" }, account(hit)),
      alerts(hit, box),
      contradictions(hit),
      reaches(hit),
      relatives(hit),
    ),
    make(
      "div",
      { class: "numbers" },
      scoreParts(hit),
      predictions(hit),
      compared(hit),
      properties,
    ),
    make(
      "div",
      { class: "rest" },
      panel(hit, "id" in heading),
      neighbours(hit, ready),
      make("p", { class: "smiles" }, cell(hit, "smiles")),
      stereochemistry(hit),
      cell(hit, "changes")
        ? make("p", { class: "note" }, "Standardized: ", quoted(cell(hit, "changes")))
        : "",
      more.length
        ? make(
            "details",
            {},
            make("summary", {}, "Columns of the library"),
            make("dl", {}, more),
          )
        : "",
    ),
  );
}
