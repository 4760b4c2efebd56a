/* Event handlers and the start of the page. */

function listen() {
  const controls = byId("controls");
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("reset", () => {
    [state.search, state.sort, state.order] = ["", "rank", 1];
    state.ranges.clear();
    state.facets.clear();
    for (const chart of charts) chart.reset();
    setTimeout(() => {
      [byId("atoms").value, byId("view").value] = [state.atoms, state.view];
      refresh();
    });
  });
  byId("search").addEventListener(
    "input",
    ({ target }) => ((state.search = target.value), refresh()),
  );
  byId("sort").addEventListener("change", ({ target }) => sortBy(target.value, state.order));
  byId("order").addEventListener("change", ({ target }) =>
    sortBy(state.sort, Number(target.value)),
  );
  byId("view").addEventListener("change", ({ target }) => ((state.view = target.value), refresh()));
  byId("groups").addEventListener("change", () => ((table = null), refresh()));
  byId("more-ranges").addEventListener(
    "change",
    ({ target }) => (addRange(target.value), refresh()),
  );
  byId("table").addEventListener("click", ({ target }) => {
    const name = target.closest("[data-sort]")?.dataset.sort;
    if (name) sortBy(name, name === state.sort ? -state.order : 1);
  });
  /* Bars and badges lie above the link of a tile, so that their tooltips work. */
  byId("grid").addEventListener("click", ({ target }) => {
    const hit = target.closest(".tile")?.dataset.hit;
    if (hit && !target.closest("a, .decide")) goTo(Number(hit));
  });
  const dialog = byId("opened");
  dialog.addEventListener("click", ({ target }) => {
    const { go, show, map: mapped, facet, value } = target.closest("button")?.dataset ?? {};
    if (go) goTo(Number(go));
    if (show) showInList(Number(show));
    if (mapped) showOnMap(Number(mapped));
    if (facet) (dialog.close(), narrow(facet, value), byId("hits").scrollIntoView());
  });
  dialog.addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, altKey, metaKey } = event;
    if (target.matches("select, input") || ctrlKey || altKey || metaKey) return;
    const link = dialog.querySelector(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
    if (link) (link.click(), event.preventDefault());
  });
  dialog.addEventListener("close", () => {
    history.replaceState(null, "", location.pathname + location.search);
  });
  for (const view of ["grid", "table"]) {
    byId(view).addEventListener("pointerover", ({ target }) => {
      const hit = target.closest("[data-hit]:not(.picture)")?.dataset.hit;
      if (hit) markDot(Number(hit));
    });
  }
  addEventListener("hashchange", followHash);
  addEventListener("beforeprint", () =>
    byId("printed").replaceChildren(...state.shown.map((hit) => card(hit, now))),
  );
  addEventListener("afterprint", () => byId("printed").replaceChildren());
}

function addRange(name) {
  const chart = charts.some((known) => known.name === name) ? null : range(name);
  if (!chart) return;
  charts.push(chart);
  byId("ranges").append(chart.element);
  byId("more-ranges")
    .querySelector(`option[value="${CSS.escape(name)}"]`)
    ?.remove();
}

async function start() {
  byId("theme").addEventListener(
    "change",
    ({ target }) => (document.documentElement.dataset.theme = target.value),
  );
  if (!page.cells.length) return;
  pictures = await unpack(byId("pictures").textContent);
  if (byId("panel")) profiles = await unpack(byId("panel").textContent);
  if (byId("series-data")) series = await unpack(byId("series-data").textContent);
  byId("space").hidden = byId("hits").hidden = false;
  byId("sort").append(...page.columns.map(({ name }) => option(name, name)));
  byId("more-ranges").append(...numeric.map((name) => option(name, labelled(name))));
  firstRanges().forEach(addRange);
  const selects = new Map(
    FACETS.map(({ name, choices, fewest = 2 }) => {
      const select = make(
        "select",
        { id: `facet-${name}`, form: "controls" },
        option("", "all"),
        choices.map((choice) => option(choice, choice || "none")),
      );
      select.addEventListener("change", () => narrow(name, select.value));
      const label = make("label", {}, `${name.replaceAll("_", " ")} `, select);
      label.hidden = name === "scaffold" || choices.length < fewest;
      return [name, label];
    }),
  );
  byId("decision-facet").replaceWith(selects.get(decisionColumn));
  selects.delete(decisionColumn);
  byId("facets").append(...selects.values());
  byId("atoms").classList.add("atoms");
  byId("atoms-label").hidden = !page.explained.length;
  state.atoms = page.explained[0]?.task ?? "";
  atomsChoice(byId("atoms"));
  const usual = ["identity", "score", "efficiency", "neighbours", "alerts", "property"];
  const groups = [...new Set(page.columns.map(({ group }) => group))];
  byId("groups").append(
    ...groups.map((group) => {
      const box = make("input", { type: "checkbox", value: group });
      box.checked = usual.includes(group);
      return make("label", {}, box, ` ${group}`);
    }),
  );
  map = drawMap(goTo);
  listen();
  listenToDecisions();
  refresh();
  showDecisions();
  showCommon();
  showSeries();
  paintAtoms();
  followHash();
}

/* In an old browser a note points to hits.csv. */
function fail(error) {
  console.error(error);
  byId("failed").hidden = false;
}

start()
  .catch(fail)
  .then(() => (document.documentElement.dataset.ready = ""));
