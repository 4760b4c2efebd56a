/* The map of chemical space. */

/* Colours distinguishable with any colour vision (Okabe and Ito), for the largest clusters;
   a hit that is alone in its cluster has none. */
const KINDS = 7;

function clusterKinds() {
  const sizes = new Map();
  for (const hit of page.cells.keys())
    sizes.set(cell(hit, "cluster"), (sizes.get(cell(hit, "cluster")) ?? 0) + 1);
  const large = [...sizes]
    .filter(([, size]) => size > 1)
    .sort((a, b) => b[1] - a[1] || Number(a[0]) - Number(b[0]))
    .slice(0, KINDS);
  return new Map(large.map(([name], at) => [name, at + 1]));
}

function paintMap(dots, by) {
  const kinds = clusterKinds();
  const ends = by === "cluster" ? null : extent(by);
  for (const [hit, dot] of dots.entries()) {
    dot.classList.remove(...[...dot.classList].filter((name) => name.startsWith("kind")));
    dot.style.fill = "";
    if (by === "cluster") dot.classList.add(`kind${kinds.get(cell(hit, "cluster")) ?? 0}`);
    else if (ends && !Number.isNaN(number(hit, by))) {
      const share = (number(hit, by) - ends[0]) / (ends[1] - ends[0] || 1);
      dot.style.fill = `color-mix(in oklab, var(--high) ${Math.round(100 * share)}%, var(--low))`;
    }
  }
  const key = document.getElementById("map-key");
  if (by === "cluster") {
    key.replaceChildren(
      ...[...kinds].map(([name, kind]) =>
        make("span", {}, make("i", { class: `swatch kind${kind}` }), `cluster ${name}`),
      ),
      make("span", {}, make("i", { class: "swatch kind0" }), "smaller"),
    );
  } else if (ends)
    key.replaceChildren(String(ends[0]), make("i", { class: "swatch ramp" }), String(ends[1]));
}

/* The map. Diamonds come first, so that hits lie above them; the best hits come last. */
function drawMap(open) {
  const [width, height] = [1000, 1000];
  const at = (picture) => page.map[picture];
  const measured = new Map();
  page.neighbours.forEach((tasks) =>
    tasks.forEach(({ label, near }) =>
      near.forEach(({ id, picture, value }) => {
        if (at(picture)) measured.set(picture, `${isolated(id)}: ${value} on ${label}`);
      }),
    ),
  );
  const diamonds = [...measured].map(([picture, says]) => {
    const [x, y] = at(picture);
    return draw(
      "path",
      { class: "measured", d: `M${x} ${y - 9}l9 9l-9 9l-9-9Z` },
      draw("title", {}, says),
    );
  });
  const dots = new Map();
  for (const hit of [...page.cells.keys()].reverse()) {
    if (!at(page.structure[hit])) continue;
    const [cx, cy] = at(page.structure[hit]);
    const says = draw(
      "title",
      {},
      `${cell(hit, "rank")} ${isolated(named(hit))}, score ${cell(hit, "score")}`,
    );
    const dot = draw(
      "circle",
      { cx, cy, r: page.cells.length > 200 ? 9 : 13, "data-hit": hit },
      says,
    );
    dot.addEventListener("click", () => open(hit));
    dots.set(hit, dot);
  }
  const view = `-20 -20 ${width + 40} ${height + 40}`;
  const svg = draw(
    "svg",
    {
      viewBox: view,
      role: "img",
      "aria-label": "Map of chemical space; the table below has the same hits",
    },
    diamonds,
    ...dots.values(),
  );
  document.getElementById("map").replaceChildren(svg);
  const rest = pictures.length - page.map.length;
  const says = ` ${rest.toLocaleString("en")} more measured compounds are not on the map.`;
  document.getElementById("map-rest").textContent = rest > 0 ? says : "";
  const choice = document.getElementById("map-by");
  const ways = [
    ...("cluster" in column ? ["cluster"] : []),
    ...numeric.filter((name) => name !== "cluster"),
  ];
  choice.append(...ways.map((name) => make("option", { value: name }, labelled(name))));
  choice.value = numeric.includes("score") ? "score" : ways[0];
  choice.addEventListener("change", () => paintMap(dots, choice.value));
  paintMap(dots, choice.value);
  const update = (shown) => {
    const now = new Set(shown);
    for (const [hit, dot] of dots) dot.classList.toggle("faded", !now.has(hit));
  };
  return { dots, update };
}
