"""``hitlist screen``: the main job."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.columns import NamedColumns
from flows.console import note, progress, show_table
from flows.options import (
    Device,
    Exhaustive,
    IdColumn,
    NameColumn,
    PartitionRows,
    Scheduler,
    SmilesColumn,
    StoreUrl,
    TlsCa,
    TlsCert,
    TlsKey,
    Workers,
)
from flows.remote import working

if TYPE_CHECKING:
    from screening.plan import Plan
    from screening.publish import Outcome


def screen(
    screen: Annotated[
        str, typer.Argument(metavar="SCREEN", help="A shipped screen (kinase) or a TOML file.")
    ],
    library: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Library to screen: .smi .csv .tsv .sdf .parquet, also .gz, or a catalogue name.",
            show_default="the screen's",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of the run. Name the same one again to go on with a run.",
            show_default="runs/SCREEN-DATE-TIME",
        ),
    ] = None,
    hits: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000, help="Compounds to hand over.", show_default="the screen's"
        ),
    ] = None,
    smiles_column: SmilesColumn = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    scheduler: Scheduler = None,
    tls_ca: TlsCa = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    workers: Workers = None,
    partition_rows: PartitionRows = None,
    exhaustive: Exhaustive = False,
    device: Device = "cpu",
    store: StoreUrl = None,
) -> None:
    """Rank a library against a screen and hand over the best compounds.

    Writes hits.csv, hits.sdf, report.html, rejects.csv, duplicates.csv, screen.toml and
    manifest.json.
    """
    from flows.planning import plan_screen
    from screening.run import run_screen

    with progress() as report:
        columns = NamedColumns(smiles_column, id_column, name_column)
        plan = plan_screen(
            screen, library, out, hits, columns, partition_rows, report, exhaustive, device, store
        )
        advice = f"what is done is kept: give the same command with --out {_short(plan.out)}"
        with working(scheduler, workers, (tls_ca, tls_cert, tls_key), advice) as client:
            outcome = run_screen(plan, client, report)
    _show(plan, outcome)


def _show(plan: "Plan", outcome: "Outcome") -> None:
    from screening.audit import describe_triage
    from screening.handover.top import top_table

    counts = outcome.manifest["counts"]
    headers, rows = top_table(outcome.table, plan.screen)
    if rows:
        show_table(headers, rows, f"{plan.screen.title}: best {len(rows)} of {counts['hits']} hits")
    note(
        "{rows:,} records: {accepted:,} accepted, {rejected:,} rejected, "
        "{duplicates:,} duplicates; {hits:,} hits".format(**counts)
    )
    note(describe_triage(outcome.manifest["triage"]))
    if counts["hits"] < plan.screen.hits:
        taken = {name: n for name, n in outcome.manifest["filtered_by_filter"].items() if n}
        by = ", ".join(f"{name} took {n:,}" for name, n in taken.items()) or "no filter took any"
        note(
            f"{plan.screen.hits:,} hits were asked for; of {counts['scored']:,} scored compounds "
            f"{counts['passed']:,} passed the filters ({by})"
        )
        if counts["set_aside"]:
            note(
                f"{counts['set_aside']:,} compounds were set aside by the triage and not scored in "
                "full: --exhaustive, or more --hits, scores them"
            )
    for name in ("hits.csv", "report.html"):
        print(_short(outcome.folder / name))


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
