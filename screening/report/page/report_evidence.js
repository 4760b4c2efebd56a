/* Evidence of a hit: alerts, measured neighbours, domain, relatives, atoms. */

/* Alerts as buttons. A button marks its atoms on hover, or after a click until the next one. */
function alerts(hit, box) {
  const flags = page.flags[hit] ?? [];
  if (!flags.length)
    return cell(hit, "alerts") ? make("p", {}, "Alerts: ", quoted(cell(hit, "alerts"))) : "";
  const buttons = flags.map(([source, name, atoms]) => {
    const button = make(
      "button",
      {
        type: "button",
        class: "alert",
        "aria-pressed": "false",
        title: `${source}: ${page.sources[source]}`,
      },
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
        `The bundle has no compounds measured on ${label}.`,
      );
    const figures = near.map(({ id, picture, similarity, itself, value }) => {
      const where = itself ? " this compound itself" : ` at ${similarity}`;
      const says = [make("b", {}, value), where, make("br"), quoted(id)];
      return make(
        "figure",
        {},
        ready(pictureBox(picture, id)),
        make("figcaption", { title: id }, says),
      );
    });
    const title = make("h4", {}, `Nearest compounds measured on ${label}: value, similarity`);
    return make("div", { class: "neighbours" }, title, make("div", { class: "near" }, figures));
  });
}

const measuredItself = (hit, model) =>
  (page.neighbours[hit] ?? []).some(
    (target) => target.model === model && target.near.some(({ itself }) => itself),
  );

function reaches(hit) {
  return page.domains.map(({ column: at, model, limit }) => {
    const far = outside(hit)[model];
    const known = limit === null ? "" : `, inside its domain (up to ${limit.toFixed(2)})`;
    if (number(hit, at) === 0)
      return make(
        "p",
        { class: "domain", title: meaning(at) },
        make("b", {}, `In the training data of ${model}`),
        " (distance 0.00), for at least one target: a prediction may repeat a measured value, so ",
        "its real error may be larger than its ±.",
      );
    const near = `Distance ${cell(hit, at)} to the nearest training compound of ${model}`;
    const own = measuredItself(hit, model)
      ? " This compound itself was measured, but the model was not trained on it."
      : "";
    if (!far) return make("p", { class: "domain" }, `${near}${known}.${own}`);
    const says = [
      ` ${far} to its nearest training compound.`,
      ` Its predictions are not reliable here.${own}`,
    ];
    const lead = make("b", {}, `Outside the domain of ${model}:`);
    return make("p", { class: "domain outside" }, lead, says);
  });
}

/* Measurements of the compound itself that contradict its prediction. */
function contradictions(hit) {
  return (page.contradictions[hit] ?? []).map(({ text, stronger }) =>
    make(
      "p",
      { class: stronger ? "domain" : "domain outside" },
      make("b", { class: "contradicted" }, text),
      ". Trust the measurement, or find out why they differ.",
    ),
  );
}

function list(columns, hit) {
  const known = columns.filter(({ name }) => cell(hit, name) !== "");
  return known.map(({ name }) =>
    make(
      "div",
      { title: meaning(name) },
      make("dt", {}, quoted(page.columns[column[name]].label)),
      make("dd", {}, quoted(cell(hit, name))),
    ),
  );
}

/* Links to the hits of the same scaffold or cluster. */
function relatives(hit) {
  return ["cluster", "scaffold"]
    .filter((name) => cell(hit, name))
    .map((name) => {
      const like = page.cells.filter((cells) => cells[column[name]] === cell(hit, name)).length;
      const button = make(
        "button",
        { type: "button", "data-facet": name, "data-value": cell(hit, name) },
        `show all ${like}`,
      );
      const whose = quoted(cell(hit, name));
      if (name === "scaffold") whose.className = "code";
      const at = name === "scaffold" ? seriesOf(hit) : 0;
      const table = at ? make("a", { href: `#series-${at}` }, "R-groups of the series") : "";
      const others = like > 1 ? button : "(no other hit)";
      return make("p", { class: "relative" }, `${name} `, whose, " ", others, " ", table);
    });
}

/* The sum of a prediction: base and atoms. Log odds are also shown as a probability, log10 in the unit. */
function account(hit) {
  const one = contribution(hit, state.atoms);
  if (!one) return "";
  const { label, unit, shown } = page.explained.find(({ task }) => task === state.atoms);
  const sum = signed(one.total - one.base);
  const odds = unit === "log odds";
  let end = odds ? `, a probability of ${(1 / (1 + Math.exp(-one.total))).toFixed(2)}` : "";
  if (shown) end = `, which is ${(10 ** one.total).toFixed(2)} ${shown}`;
  const whole = `${told(one.total)} predicted${unit ? ` (${unit})` : ""}${end}`;
  const start = `${told(one.base)} without any atom (base value of the model)`;
  return `${label}: ${start}, ${sum} from the atoms, ${whole}`;
}
