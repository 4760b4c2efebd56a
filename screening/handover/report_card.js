/* One hit with all that is known of it: what the window of a hit and the print show. */

const column = Object.fromEntries(page.columns.map(({ name }, at) => [name, at]));
const cell = (hit, name) => (name in column ? page.cells[hit][column[name]] : "");
const number = (hit, name) => (cell(hit, name) === "" ? NaN : Number(cell(hit, name)));
const named = (hit) => cell(hit, "name") || cell(hit, "compound_id");
const ofGroup = (...groups) => page.columns.filter(({ group }) => groups.includes(group));
const outside = (hit) =>
  page.domains.filter(({ column: at, limit }) => limit !== null && number(hit, at) > limit);

function line(label, graphic, ...texts) {
  const numbers = texts.map((text) => make("span", { class: "num" }, text));
  return make("div", { class: "line" }, make("span", { title: label }, label), graphic, numbers);
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

/* A prediction and its 90 % interval on the axis of its unit. */
function interval(hit, { task, low, high }) {
  const at = (value) => Math.max(0, Math.min((100 * (value - low)) / (high - low), 100));
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

function predictions(hit) {
  const lines = page.tasks.map((task) => {
    const ends = ["_lo", "_hi"].map((end) => cell(hit, task.task + end));
    return line(
      task.label,
      interval(hit, task),
      cell(hit, task.task),
      ends[0] && `${ends[0]} – ${ends[1]}`,
    );
  });
  return make("div", { class: "predictions" }, make("h4", {}, "Predictions, 90 % interval"), lines);
}

function scoreParts(hit) {
  const lines = page.parts.map(({ column: at, label }) =>
    line(label, bar(number(hit, at)), cell(hit, at)),
  );
  return make("div", { class: "parts" }, make("h4", {}, "Score parts"), lines);
}

/* Alerts as buttons that ring their atoms while they are pointed at, or until pressed again. */
function alerts(hit, box) {
  const flags = page.flags[hit] ?? [];
  if (!flags.length)
    return cell(hit, "alerts") ? make("p", {}, "Alerts: ", quoted(cell(hit, "alerts"))) : "";
  const buttons = flags.map(([source, name, atoms]) => {
    const button = make(
      "button",
      { type: "button", class: "alert", "aria-pressed": "false" },
      `${source} `,
      quoted(name),
    );
    const ring = (on) => {
      const pressed = buttons.find((other) => other.ariaPressed === "true");
      const shown = on ? atoms : pressed ? flags[buttons.indexOf(pressed)][2] : [];
      const svg = box.querySelector("svg");
      if (svg) showRings(svg, hit, shown);
    };
    button.addEventListener("pointerenter", () => ring(true));
    button.addEventListener("pointerleave", () => ring(false));
    button.addEventListener("focus", () => ring(true));
    button.addEventListener("blur", () => ring(false));
    button.addEventListener("click", () => {
      const on = button.ariaPressed !== "true";
      for (const other of buttons) other.ariaPressed = "false";
      button.ariaPressed = String(on);
      ring(on);
    });
    return button;
  });
  return make("p", { class: "alerts" }, make("span", {}, "Alerts "), buttons);
}

function neighbours(hit, ready) {
  return (page.neighbours[hit] ?? []).map(({ label, near }) => {
    if (!near.length)
      return make(
        "p",
        { class: "note" },
        `No measured compounds of ${label} are known to its bundle.`,
      );
    const figures = near.map(({ id, picture, similarity, value }) => {
      const says = [make("b", {}, value), ` at ${similarity}`, make("br"), quoted(id)];
      return make(
        "figure",
        {},
        ready(pictureBox(picture, id)),
        make("figcaption", { title: id }, says),
      );
    });
    const title = make("h4", {}, `Nearest compounds measured on ${label}: value at similarity`);
    return make("div", { class: "neighbours" }, title, make("div", { class: "near" }, figures));
  });
}

function reaches(hit) {
  return page.domains.map(({ column: at, model, limit }) => {
    const far = limit !== null && number(hit, at) > limit;
    const lead = far
      ? [
          make("b", {}, `Outside the domain of ${model}:`),
          ` distance ${cell(hit, at)} to its nearest training compound; 95 % of the compounds that it was validated on are within ${limit.toFixed(2)}. Its predictions here are little more than a guess.`,
        ]
      : [
          `Distance ${cell(hit, at)} to the nearest training compound of ${model}${limit === null ? "" : `, inside its domain (up to ${limit.toFixed(2)})`}.`,
        ];
    return make("p", { class: far ? "domain outside" : "domain" }, lead);
  });
}

function list(columns, hit) {
  const known = columns.filter(({ name }) => cell(hit, name) !== "");
  return known.map(({ name }) =>
    make(
      "div",
      {},
      make("dt", {}, quoted(name.replaceAll("_", " "))),
      make("dd", {}, quoted(cell(hit, name))),
    ),
  );
}

/* Links to the hits that share a scaffold or a cluster with this one. */
function relatives(hit) {
  return ["cluster", "scaffold"]
    .filter((name) => cell(hit, name))
    .map((name) => {
      const like = page.cells.filter((cells) => cells[column[name]] === cell(hit, name)).length;
      const button = make(
        "button",
        { type: "button", "data-facet": name, "data-value": cell(hit, name) },
        `${like} here`,
      );
      return make("p", { class: "relative" }, `${name} `, quoted(cell(hit, name)), " ", button);
    });
}

function account(hit) {
  const one = contribution(hit, state.atoms);
  if (!one) return "";
  const { label, unit } = page.explained.find(({ task }) => task === state.atoms);
  const sum = one.total - one.base;
  return `${label}: ${one.base.toFixed(2)} without any atom, ${signed(sum)} from its atoms, ${one.total.toFixed(2)} in all (${unit}, before calibration)`;
}

/* `ready` draws a box at once or later. Headings of a window have an id to be named by. */
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
      ),
      reason,
    ),
    make("p", { class: "score" }, cell(hit, "score"), make("small", {}, "score")),
  );
  const measured = ofGroup("property").filter(({ name }) => name !== "alerts");
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
      reaches(hit),
      relatives(hit),
    ),
    make("div", { class: "numbers" }, scoreParts(hit), predictions(hit), properties),
    make(
      "div",
      { class: "rest" },
      neighbours(hit, ready),
      make("p", { class: "smiles" }, cell(hit, "smiles")),
      cell(hit, "changes")
        ? make("p", { class: "note" }, "Standardized: ", quoted(cell(hit, "changes")))
        : "",
      more.length
        ? make(
            "details",
            {},
            make("summary", {}, "The library's own columns"),
            make("dl", {}, more),
          )
        : "",
    ),
  );
}
