/* The window of one hit, and the atom colours of all structures. */

function paintAtoms() {
  for (const box of document.querySelectorAll(".picture[data-hit]:not([data-hit=''])")) {
    const svg = box.querySelector("svg");
    if (svg) showContributions(svg, Number(box.dataset.hit), state.atoms);
  }
  for (const note of document.querySelectorAll(".card .account"))
    note.textContent = account(Number(note.closest(".card").dataset.hit));
  const known = page.explained.find(({ task }) => task === state.atoms);
  byId("legend").hidden = !known;
  if (!known) return;
  const swatch = (look) =>
    draw(
      "svg",
      { class: "swatch", viewBox: "0 0 30 30" },
      draw("circle", { class: look, cx: 15, cy: 15, r: 13 }),
    );
  const unit = known.unit === "pActivity" ? "log units" : known.unit;
  const size = `largest disc: ${Number(known.full.toPrecision(2))}${unit && ` ${unit}`} or more`;
  byId("legend").replaceChildren(
    make("span", {}, swatch("raises"), `raises ${known.label}`),
    make("span", {}, swatch("lowers"), "lowers it"),
    make("span", {}, size),
  );
}

function atomsChoice(select) {
  select.append(...page.explained.map(({ task, label }) => option(task, label)));
  select.value = state.atoms;
  select.addEventListener("change", () => {
    state.atoms = select.value;
    for (const other of document.querySelectorAll("select.atoms")) other.value = state.atoms;
    paintAtoms();
  });
  return select;
}

/* Draw immediately, for windows and for print. */
function now(box) {
  fill(box);
  return box;
}

function openHit(hit) {
  const dialog = byId("opened");
  const at = state.shown.indexOf(hit);
  const step = (by, text, key) => {
    const other = state.shown[at + by];
    const link = make(
      "button",
      { type: "button", "aria-keyshortcuts": key, "data-go": other ?? "" },
      text,
    );
    link.disabled = at < 0 || other === undefined;
    return link;
  };
  const close = make("button", { type: "button", class: "close", autofocus: "" }, "Close");
  close.addEventListener("click", () => dialog.close());
  const choice = page.explained.length
    ? make(
        "label",
        {},
        "Atoms ",
        atomsChoice(make("select", { class: "atoms" }, option("", "plain"))),
      )
    : "";
  const bar = make(
    "p",
    { class: "window-bar" },
    step(-1, "← Previous", "ArrowLeft"),
    step(1, "Next →", "ArrowRight"),
    choice,
    make("button", { type: "button", "data-show": hit }, "Show in list"),
    make("button", { type: "button", "data-map": hit }, "Show on map"),
    close,
  );
  dialog.replaceChildren(bar, card(hit, now, { id: "opened-name" }));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  markDot(hit);
}

/* Highlight the dot of a hit; without a hit, none. */
function markDot(hit = null) {
  for (const [other, dot] of map.dots) dot.classList.toggle("open", other === hit);
}

function showOnMap(hit) {
  byId("opened").close();
  byId("map").scrollIntoView({ block: "center" });
  markDot(hit);
}

const goTo = (hit) => (location.hash = `hit-${cell(hit, "rank")}`);

function followHash() {
  const name = fragment();
  const hit = linked(name);
  const lost = hit < 0 && name && !byId(name);
  byId("not-a-hit").hidden = !lost;
  byId("not-a-hit").replaceChildren(quoted(name), absent(name));
  for (const [other, element] of (tiles ?? []).entries())
    element.classList.toggle("linked", other === hit);
  if (hit < 0) return byId("opened").close();
  if (state.view === "grid") tiles[hit].scrollIntoView({ block: "center" });
  openHit(hit);
}

function showInList(hit) {
  byId("opened").close();
  if (!state.shown.includes(hit)) byId("controls").reset();
  setTimeout(() => {
    const element = state.view === "grid" ? tiles[hit] : rowInView(hit);
    element.scrollIntoView({ block: "center" });
    element.querySelector("a")?.focus({ preventScroll: true });
  });
}
