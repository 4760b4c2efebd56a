"""``hitlist campaign``: what predictions promised before each assay, and what the lab found."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chem.errors import InputError
from chem.records.message_text import counted
from flows.terminal.console import note, note_if, printable
from flows.terminal.tables import show_table

if TYPE_CHECKING:
    from screening.campaign.prospective.report import Report


def campaign(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of a campaign, as `hitlist results` says.")
    ],
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write an HTML page with charts and structures."),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a table of one row per prediction."),
    ] = None,
    lists: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also write measured.csv and repeat.csv, for the screen of the next plate.",
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Target of the lists, such as activity_EGFR.",
            show_default="the only one",
        ),
    ] = None,
) -> None:
    """Compare the predictions that runs registered before each assay with what the lab found.

    Shows whether the 90 % intervals hold in this project, whether predictions are biased or drift,
    how well they rank, how many actives were expected and found, and which series they miss.
    """
    from chem.disk.allowed_roots import named_path
    from screening.campaign.campaign import open_campaign
    from screening.campaign.prospective.next_lists import choose_target
    from screening.campaign.prospective.report import make_report, tell_known_before

    if task is not None and lists is None:
        raise InputError("--task names the target of the lists; give --lists DIR, too")
    folder = named_path(folder)
    html, csv = _checked(html, "--html", folder), _checked(csv, "--csv", folder)
    if html is not None and html == csv:
        raise InputError(f"--html and --csv both name {html}; name two files")
    opened = open_campaign(folder)
    note_if(opened.told_of_folder)
    report = make_report(opened)
    if not report.rows and (known := tell_known_before(report)):
        raise InputError(f"{folder} has nothing to compare: {known}; keep results of new compounds")
    if not report.rows:
        raise InputError(
            f"{folder} has no value that counts; keep results there with `hitlist results RUN FILE "
            f"--campaign {folder}`"
        )
    target = "" if lists is None else choose_target(report, task)
    _show(report)
    _write(report, html, csv)
    if lists is not None:
        _write_lists(lists, folder, report, target)


def _checked(file: Path | None, option: str, folder: Path) -> Path | None:
    """Refuse, with InputError, a file that cannot be written, or is in the campaign itself."""
    from chem.disk.writable import writable_file

    if file is None:
        return None
    file = writable_file(file, option, "report.html" if option == "--html" else "report.csv")
    if folder.resolve() in file.resolve().parents:
        raise InputError(
            f"{file} is in the campaign, which keeps results alone; name a file elsewhere with "
            f"{option}"
        )
    return file


def _write_lists(lists: Path, folder: Path, report: "Report", target: str) -> None:
    from chem.disk.writable import check_writable
    from screening.campaign.prospective.next_lists import write_next_lists
    from screening.errors import told_in_one_line

    lists = lists.expanduser()
    if folder.resolve() in (lists.resolve(), *lists.resolve().parents):
        raise InputError(
            f"{lists} is in the campaign, which keeps results alone; name a folder elsewhere with "
            "--lists"
        )
    check_writable(lists, "name another folder with --lists")
    with told_in_one_line(lists):
        found = write_next_lists(lists, report, target)
    for file in found.files:
        print(file)
    note(
        f'for the next plate: exclude = ["{found.files[0]}"], '
        f'{counted(found.measured, "compound")} with a value; include = ["{found.files[1]}"], '
        f"{counted(found.repeat, 'surprising result')} to measure again; a screen refuses a "
        "compound to include that its library lacks"
    )


def _show(report: "Report") -> None:
    from screening.campaign.models import tell_models
    from screening.campaign.prospective.report import tell_known_before, tell_target
    from screening.campaign.prospective.summary_tables import summary_tables

    for table in summary_tables(report):
        print(f"\n{table.title}")
        show_table(table.header, table.rows, numbers=table.numbers)
    if known := tell_known_before(report):
        note(f"{known}; --csv has them")
    if report.without_value:
        note(f"{counted(len(report.without_value), 'compound')} without a value: --csv says why")
    if report.replaced:
        note(f"later events replaced all values of event {', '.join(report.replaced)}")
    for target in report.targets:
        for line in tell_target(report, target):
            print(printable(f"\n{target}: {line}"))
    if models := tell_models(report.campaign):
        print(printable("\n" + "\n".join(models)))


def _write(report: "Report", html: Path | None, csv: Path | None) -> None:
    from chem.disk.files import make_folder, write_atomic
    from screening.campaign.prospective.compounds_csv import write_compounds
    from screening.campaign.prospective.page import render_report
    from screening.errors import told_in_one_line

    for file in (html, csv):
        if file is None:
            continue
        with told_in_one_line(file):
            make_folder(file.parent)
            if file is html:
                write_atomic(file, render_report(report))
            else:
                write_compounds(file, report)
        print(file)
