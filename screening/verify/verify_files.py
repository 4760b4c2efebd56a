"""Checks a run's files against their signature, their hashes and each other, without predicting."""

from dataclasses import dataclass, field
from hashlib import sha256

import pyarrow.compute as pc

from chem.disk.ssh_signatures import check_signed
from chem.errors import InputError
from screening.errors import StoreError
from screening.prepare.duplicates import COLUMNS, find_duplicates
from screening.prepare.prepared import DUPLICATES
from screening.runs.past_run import PastRun
from screening.runs.runfolder import MANIFEST, RunFolder
from screening.storage.schema import ACCEPTED, REJECTED
from screening.storage.store import Store


@dataclass
class Check:
    """The result of one check of a run."""

    what: str
    """The name of the check, such as ``files``."""
    looked_at: str
    """The extent of the check, in words."""
    faults: list[str] = field(default_factory=list)
    """The faults that were found; empty if there are none."""
    skipped: str = ""
    """The reason that the check was not made."""


def check_signature(past: PastRun) -> Check:
    """Check the signatures of the run's folder, and of the folder of the run that scored."""
    try:
        who = [check_signed(folder) for folder in dict.fromkeys((past.folder, past.scored_in))]
        return Check("signature", f"signed by {' and '.join(dict.fromkeys(who))}")
    except InputError as error:
        return Check("signature", "", [str(error)])


def check_files(past: PastRun) -> Check:
    """Check every file of the run against its hash in the manifest."""
    return check_listed(past.run)


def check_listed(run: RunFolder) -> Check:
    """Do the same for a run whose scores need not be there."""
    folder, hashes = run.folder, run.manifest.files
    check = Check("files", f"{len(hashes)} files against {MANIFEST}")
    for name, expected in hashes.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            check.faults.append(f"{name} is missing, or is not a plain file")
        elif sha256(path.read_bytes()).hexdigest() != expected:
            check.faults.append(f"{name} is not what the run wrote")
    lab = {path.relative_to(folder).as_posix() for path in (folder / "lab").glob("*")}
    check.faults += [f"{name} was not written by the run" for name in sorted(lab - set(hashes))]
    return check


def check_stored(past: PastRun) -> Check:
    """Check prepared partitions and scores against the hashes in their ledgers."""
    check = Check("partitions and scores", "")
    count = 0
    for store, names in (
        (past.prepared.store, [*past.prepared.partitions, DUPLICATES]),
        (past.ledger.store, list(past.ledger.entries)),
    ):
        for name in names:
            count += 1
            try:
                store.read(name)
            except StoreError as error:
                check.faults.append(str(error))
    check.looked_at = f"{count} files against their ledgers"
    return check


def check_books(past: PastRun) -> Check:
    """Count the records again, and find the duplicates again by their keys."""
    prepared, counts = past.prepared, past.run.manifest.counts
    store = Store(prepared.store.url)
    found = {"rows": 0, ACCEPTED: 0, REJECTED: 0}
    for name in prepared.partitions:
        status = store.read_table(name, ["status"])["status"]
        found["rows"] += len(status)
        for word in (ACCEPTED, REJECTED):
            found[word] += pc.sum(pc.equal(status, word)).as_py() or 0
    pairs = store.read_table(DUPLICATES, ["row", "first_row"])
    again = find_duplicates(prepared.partitions, lambda name: store.read_table(name, COLUMNS))
    found["duplicates"] = pairs.num_rows
    found[ACCEPTED] -= found["duplicates"]
    check = Check("counts", f"{found['rows']:,} records, {found['duplicates']:,} duplicates")
    if pairs.select(again.column_names).to_pydict() != again.to_pydict():
        check.faults.append("the duplicates are not those that follow from the keys")
    for name, number in found.items():
        if counts[name] != number:
            told = f"{MANIFEST} says {counts[name]:,} {name}, but there are {number:,}"
            check.faults.append(told)
    return check
