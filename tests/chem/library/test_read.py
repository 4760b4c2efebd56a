"""Libraries in every format: one set of rows goes in, the same rows come out."""

import csv
import gzip
import hashlib
import io
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chem.disk.bounded_read import hash_file
from chem.errors import InputError
from chem.library.columns.columns import is_no_id
from chem.library.read import FORMATS, estimate_records, open_library
from chem.output.write_sdf import format_entry
from chem.records.records import Record

Row = tuple[str, str, str]
"""SMILES, id, note."""

SAMPLE = Path(__file__).parents[2] / "files" / "chem" / "approved_sample.smi"


def encode(extension: str, rows: list[Row]) -> bytes:
    """Write a library as another program would."""
    if extension in (".sdf", ".sd"):
        entries = [format_entry(s, "", {"id": key, "note": note}) for s, key, note in rows]
        return "".join(entries).encode()
    if extension == ".parquet":
        columns = zip(*rows, strict=True)
        buffer = io.BytesIO()
        pq.write_table(pa.table([list(c) for c in columns], names=["smiles", "id", "note"]), buffer)
        return buffer.getvalue()
    if FORMATS[extension] == "smi":
        return "".join("\t".join(row) + "\n" for row in [("smiles", "id", "note"), *rows]).encode()
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="," if extension == ".csv" else "\t")
    writer.writerows([("smiles", "id", "note"), *rows])
    return text.getvalue().encode()


def read(path: Path) -> list[Record]:
    return list(open_library(path))


# What every format can hold: no tabs or line breaks (SMILES files), no blanks at the ends and no
# "$$$$" (SD files). chem.output.write_sdf states the replacements, test_delimited has the wider
# texts.
plain = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), exclude_characters="$>"),
    min_size=1,
    max_size=10,
)
ids = st.one_of(plain, st.sampled_from(["007", "NA", "1E5", "nan", "-0", "1.0"]))
ids = ids.filter(lambda text: not is_no_id(text))
rows_of_text = st.lists(
    st.tuples(st.sampled_from(["CCO", "c1ccccc1", "CC(=O)[O-].[Na+]"]), ids, plain),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[1].casefold(),  # a repeated NA is no id
)


@pytest.mark.parametrize("extension", [*dict.fromkeys(FORMATS.values()), "txt"])
@pytest.mark.parametrize("packed", [False, True])
@given(rows=rows_of_text)
@settings(max_examples=15)
def test_ids_and_extra_columns_come_back_unchanged(
    tmp_path_factory: pytest.TempPathFactory, extension: str, packed: bool, rows: list[Row]
) -> None:
    extension = f".{extension}"
    path = tmp_path_factory.getbasetemp() / f"any{extension}{'.gz' if packed else ''}"
    content = encode(extension, rows)
    path.write_bytes(gzip.compress(content) if packed else content)
    records = read(path)
    assert [record.row for record in records] == list(range(1, len(rows) + 1))
    assert [record.compound_id for record in records] == [key for _, key, _ in rows]
    assert [record.extra["note"] for record in records] == [note for *_, note in rows]
    assert all(record.problem is None for record in records)
    if extension not in (".sdf", ".sd"):
        assert [record.structure for record in records] == [smiles for smiles, *_ in rows]


@given(lines=st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))))
@settings(max_examples=100)
def test_every_line_of_a_smiles_file_is_one_record(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.smi"
    path.write_bytes("\n".join(["smiles id", "CCO 1", *lines]).encode())
    assert len(read(path)) == 1 + sum(bool(line.strip()) for line in lines)


def test_the_sample_of_approved_drugs() -> None:
    library = open_library(SAMPLE)
    records = list(library)
    assert len(records) == len(SAMPLE.read_text().splitlines()) - 1
    assert (library.format, library.smiles_column) == ("smi", "smiles")
    assert (library.id_column, library.name_column) == ("chembl_id", "pref_name")
    assert all(record.compound_id.startswith("CHEMBL") for record in records)
    assert "GEFITINIB" in {record.name for record in records}


@pytest.mark.parametrize("extension", FORMATS)
def test_gzip_that_breaks_off_is_told(tmp_path: Path, extension: str) -> None:
    rows = [("CCO", str(n), hashlib.sha256(b"%d" % n).hexdigest()) for n in range(400)]
    path = tmp_path / f"library{extension}.gz"
    packed = gzip.compress(encode(extension, rows))
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match="gzip data is damaged or cut off") as caught:
        read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("position", "message"),
    [
        (-6, "gzip data is damaged"),  # the checksum at the end, after every row was read
        (0.5, "library.csv.gz"),  # what unpacks to noise is told as what it looks like
    ],
)
def test_damaged_gzip_never_ends_well(tmp_path: Path, position: float, message: str) -> None:
    rows = [("CCO", str(n), hashlib.sha256(b"%d" % n).hexdigest()) for n in range(2000)]
    packed = bytearray(gzip.compress(encode(".csv", rows)))
    start = int(position * len(packed)) if position > 0 else int(position)
    packed[start : start + 4] = bytes(b ^ 0xFF for b in packed[start : start + 4])
    path = tmp_path / "library.csv.gz"
    path.write_bytes(bytes(packed))
    with pytest.raises(InputError, match=message):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("library.xlsx", b"PK", r"found \.xlsx, expected one of \.smi .*\.parquet .each also"),
        ("library", b"CCO", "found no extension"),
        ("library.gz", b"CCO", "found no extension"),
        ("library.smi.gz", b"CCO", "not gzip"),
        ("library.parquet.gz", b"CCO", "not gzip"),
        ("library.parquet", b"CCO", "not a Parquet file"),
        ("library.sdf", b"", "no compounds"),
        ("library.csv", None, "no such file"),
    ],
)
def test_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        open_library(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "library.csv"
    folder.mkdir()
    with pytest.raises(InputError, match="found a folder"):
        open_library(folder)
    with pytest.raises(InputError, match="cannot be read"):
        hash_file(folder)


def test_upper_case_extensions_and_dots_in_names(tmp_path: Path) -> None:
    path = tmp_path / "vendor.v2.2026.CSV"
    path.write_bytes(b"smiles\nCCO\n")
    assert len(read(path)) == 1


def test_hash_file_is_sha256(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc" * 100_000)
    assert hash_file(path) == hashlib.sha256(b"abc" * 100_000).hexdigest()


def test_a_library_is_hashed_once_and_knows_when_it_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "library.csv"
    path.write_bytes(b"smiles\nCCO\n")
    library = open_library(path)
    before = library.sha256
    assert before == hash_file(path)
    library.check_unchanged()
    path.write_bytes(b"smiles\nCCCCCO\n")
    assert library.sha256 == before
    with pytest.raises(InputError, match=r"library.csv was changed .* same command again"):
        library.check_unchanged()
    path.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        library.check_unchanged()


def test_a_library_that_was_altered_behind_its_size_and_time_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "library.csv"
    path.write_bytes(b"smiles\nCCO\n")
    library = open_library(path)
    assert library.sha256 == hash_file(path)
    library.check_unchanged(bytes_too=True)
    before = path.stat()
    path.write_bytes(b"smiles\nCCN\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(InputError, match=r"library.csv was changed .* same command again"):
        library.check_unchanged(bytes_too=True)


FILES = Path(__file__).parents[2] / "files" / "chem"


@pytest.mark.parametrize("name", ["approved_sample.smi", "vendor.sdf"])
@pytest.mark.parametrize("block", [3, 1 << 20])
def test_the_estimate_is_near(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than a header and a last line too many, wherever blocks are cut."""
    monkeypatch.setattr("chem.library.read._BLOCK", block)
    library = open_library(FILES / name)
    estimate = estimate_records(library.path, library.format)
    assert estimate is not None
    assert 0 <= estimate - sum(1 for _ in library) <= 2


def test_gzipped_text_and_parquet(tmp_path: Path) -> None:
    text = (FILES / "approved_sample.smi").read_bytes()
    (tmp_path / "a.smi.gz").write_bytes(gzip.compress(text))
    assert estimate_records(tmp_path / "a.smi.gz", "smi") == text.count(b"\n")
    (tmp_path / "a.parquet").write_bytes(b"no parquet")
    assert estimate_records(tmp_path / "a.parquet", "parquet") is None


@pytest.mark.parametrize("name", ["approved_sample.smi", "vendor.sdf"])
def test_no_more_is_read_than_matters(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chem.library.read._BLOCK", 64)
    library = open_library(FILES / name)
    whole = estimate_records(library.path, library.format)
    assert whole is not None
    assert whole > 3
    for enough in (1, 3, whole, whole + 1):
        assert estimate_records(library.path, library.format, enough) == min(enough, whole)


def test_enough_rows_of_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"smiles": ["C", "CC", "CCC"]}), path)
    assert [estimate_records(path, "parquet", n) for n in (2, 3, 4)] == [2, 3, 3]
