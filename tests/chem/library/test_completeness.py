"""A file that was cut, or still grows, is told from a whole one, in every format."""

import gzip
import io
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from chem.errors import IncompleteLibraryError, InputError
from chem.library import completeness
from chem.library.completeness import check_end, find_doubts, watch
from chem.library.read import open_library
from chem.records.records import Record

BLOCK = """
     drawn

  2  1  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.0000    0.0000    0.0000 O   0  0
  1  2  1  0
M  END
"""
SD = "".join(f"Z{n}{BLOCK}> <price>\n{n}\n\n$$$$\n" for n in range(1, 4))
SMI = "CCO Z1\nCCN Z2\nCCC Z3\n"
CSV = 'compound_id,smiles,note\nZ1,CCO,a\nZ2,CCN,"b,\nc\nd"\nZ3,CCC,"e\n\nf"\n'
SEMICOLONS = "compound_id;smiles;note\r\nZ1;CCO;a\r\nZ2;CCN;b\r\n"
TSV = "compound_id\tsmiles\tnote\nZ1\tCCO\ta\nZ2\tCCN\t\n"
WRAPPED = '"compound_id,smiles,note"\n"Z1,CCO,""a, b"""\n"Z2,CCN,c"\n'
MAC = "compound_id,smiles\rZ1,CCO\rZ2,CCN\r"
NO_BREAK, NO_END = "the last line ends without a line break", "ends without '$$$$'"
SHORT, OPEN = "the last row has 2 cells, the header has 3", "a quotation mark in it is not closed"


def parquet() -> bytes:
    written = io.BytesIO()
    pd.DataFrame({"compound_id": ["Z1", "Z2"], "smiles": ["CCO", "CCN"]}).to_parquet(written)
    return written.getvalue()


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    found = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(gzip.compress(found, mtime=0) if name.endswith(".gz") else found)
    return path


def doubts(path: Path) -> str:
    check_end(path)
    return "; ".join(doubt.text for doubt in find_doubts(open_library(path)))


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("whole.smi", SMI),
        ("whole.smi", SMI.replace("\n", "\r\n")),
        ("whole.smi", SMI + "\n  \n"),
        ("whole.smi", SMI + "   "),
        ("whole.smi", SMI.encode("utf-16")),
        ("whole.smi", SMI.encode("utf-16-be")),
        ("whole.csv", CSV),
        ("whole.csv", CSV + "\n\n"),
        ("whole.csv", SEMICOLONS),
        ("whole.csv", WRAPPED),
        ("whole.csv", MAC),
        ("whole.csv", 'compound_id,smiles,size,note\nZ1,CCO,5" tube,a\nZ2,CCN,6" tube,b\n'),
        ("short-rows.csv", "compound_id,smiles,note,price\nZ1,CCO\nZ2,CCN\n"),
        ("wide-row.csv", "compound_id,smiles\nZ1,CCO\nZ2,CCN,,\n"),
        ("whole.tsv", TSV),
        ("long.csv", "compound_id,smiles,note\n" + "Z1,CCO,abc\n" * 30_000),
        ("long.smi", ("CCO Zé1\n" * 30_000).encode("utf-16")),
        ("whole.sdf", SD),
        ("whole.sdf", SD.removesuffix("\n")),
        ("whole.sdf", SD.replace("\n", "\r\n") + "\r\n"),
        ("whole.sdf", SD.replace("\n", "\r")),
        ("whole.parquet", parquet()),
    ],
)
def test_a_whole_file_raises_no_doubt(
    name: str, content: bytes | str, ending: str, tmp_path: Path
) -> None:
    assert doubts(write(tmp_path, name + ending, content)) == ""


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.smi", SMI[:-1], NO_BREAK),
        ("cut.smi", SMI[:-4], NO_BREAK),
        ("cut.smi", SMI.encode("utf-16")[:-1], NO_BREAK),
        ("cut.smi", SMI.encode("utf-16")[:-2], NO_BREAK),
        ("cut.csv", CSV[:-1], NO_BREAK),
        ("cut.csv", CSV[: CSV.index("c\nd")], OPEN),
        ("cut.csv", CSV[: CSV.index('d"')], OPEN),
        ("cut.csv", CSV[: CSV.index("\nf")] + "\n", OPEN),
        ("cut.csv", SEMICOLONS[:-2], NO_BREAK),
        ("cut.csv", SEMICOLONS + "Z3;CCC\r\n", SHORT),
        ("cut.csv", MAC[:-1], NO_BREAK),
        ("cut.tsv", TSV + "Z3\tCCC\n", SHORT),
        ("cut.sdf", SD[: -len("$$$$\n")], NO_END),
        ("cut.sdf", SD[: SD.rindex("M  END")], NO_END),
        ("cut.sdf", SD[:-2], NO_END),
        ("mol.sdf", "alone" + BLOCK, NO_END),
    ],
)
def test_a_sign_of_a_cut_is_a_doubt(
    name: str, content: bytes | str, words: str, ending: str, tmp_path: Path
) -> None:
    assert words in doubts(write(tmp_path, name + ending, content))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.smi", b"", "found no bytes"),
        ("none.csv.gz", None, "found no bytes"),
        ("none.parquet", b"", "found no bytes"),
        ("header.csv", b"compound_id,smiles\n", "found no compounds"),
        ("cut.smi.gz", gzip.compress(SMI.encode(), mtime=0)[:-9], "damaged or cut off"),
        ("cut.smi.gz", gzip.compress(SMI.encode(), mtime=0)[:-4], "damaged or cut off"),
        ("cut.sdf.gz", gzip.compress(SD.encode() * 2000, mtime=0)[:-900], "damaged or cut off"),
        ("cut.parquet.gz", gzip.compress(parquet(), mtime=0)[:-1], "damaged or cut off"),
        ("cut.parquet", parquet()[:-1], "found no footer"),
        ("cut.parquet", parquet()[:100], "found no footer"),
        ("cut.parquet", parquet() + bytes(100), "found no footer"),
        ("space.smi", SMI.encode() + bytes(5000), "zero bytes at its end"),
        ("space.sdf", SD.encode() + bytes(100_000), "zero bytes at its end"),
    ],
)
def test_what_no_whole_file_has_is_refused(
    name: str, content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content or b"")
    with pytest.raises(IncompleteLibraryError, match=words) as refused:
        doubts(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_zero_bytes_after_gzip_data_are_no_sign_of_a_cut(tmp_path: Path) -> None:
    path = write(tmp_path, "padded.smi.gz", SMI)
    path.write_bytes(path.read_bytes() + bytes(5000))
    assert doubts(path) == ""
    assert records(path) == records(write(tmp_path, "bare.smi", SMI))
    write(tmp_path, "padded.smi.gz", SMI.encode() + bytes(5000))
    with pytest.raises(IncompleteLibraryError, match="zero bytes at its end"):
        doubts(path)


def records(path: Path) -> list[Record] | None:
    """Return all records, or None if the file is refused or doubted."""
    try:
        if doubts(path):
            return None
        return list(open_library(path))
    except InputError:
        return None


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content", "unseen"),
    [
        ("some.smi", SMI.encode(), 2),
        ("some.smi", SMI.encode("utf-16"), 2),
        ("some.csv", CSV.encode(), 2),
        ("some.csv", SEMICOLONS.encode(), 1),
        ("some.csv", WRAPPED.encode(), 1),
        ("some.csv", MAC.encode(), 1),
        ("some.tsv", TSV.encode(), 1),
        ("some.sdf", SD.encode(), 2),
        ("some.sdf", SD.replace("\n", "\r\n").encode(), 2),
        ("some.parquet", parquet(), 0),
    ],
)
def test_every_prefix_is_doubted_or_has_only_whole_records(
    name: str, content: bytes, unseen: int, ending: str, tmp_path: Path
) -> None:
    """A cut exactly after a record cannot be seen in the file: ``unseen`` counts these cuts.

    They are why a screen has ``min_rows`` and ``max_drop``. A gzipped file that is cut is always
    seen, but the text can have been cut before it was packed, so both are tried.
    """
    whole = records(write(tmp_path, name, content))
    assert whole is not None
    step = 7 if name.endswith(".parquet") else 1
    lengths = set()
    for size in range(0, len(content), step):
        found = records(write(tmp_path, name + ending, content[:size]))
        if found is not None:
            assert found == whole[: len(found)]
            lengths.add(len(found))
    assert len(lengths - {len(whole)}) == unseen


def test_every_prefix_of_a_gzipped_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.smi.gz"
    packed = gzip.compress(SMI.encode(), mtime=0)
    for size in range(len(packed)):
        path.write_bytes(packed[:size])
        with pytest.raises(InputError):
            doubts(path)


def test_a_file_that_grows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completeness, "WATCHED", 0.3)
    path = write(tmp_path, "grows.smi", SMI)
    watch(path)
    copy = threading.Timer(0.1, lambda: path.write_text(SMI * 2))
    copy.start()
    with pytest.raises(IncompleteLibraryError, match=r"found 21 bytes, and 42 bytes 0\.3 seconds"):
        watch(path)
    copy.join()


def test_an_old_file_is_not_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completeness, "YOUNG", -1.0)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it is watched"))
    watch(write(tmp_path, "old.smi", SMI))


def test_only_the_end_of_a_large_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.smi"
    with path.open("wb") as file:
        file.write(SMI.encode() * 5000)
        file.seek(1 << 36)  # 64 gigabytes that take no space: copying them takes half a minute
        file.write(SMI.encode() * 5000)
    started = time.process_time()
    assert doubts(path) == ""
    assert time.process_time() - started < 5
