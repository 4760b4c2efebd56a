"""A pattern takes the newest complete file, and says which and why."""

import os
from pathlib import Path

import pytest

from chem.errors import IncompleteLibraryError, InputError
from chem.library import completeness
from chem.library.newest import find_newest, is_pattern, matches

WHOLE, CUT = "CCO Z1\nCCN Z2\n", "CCO Z1\nCC"


@pytest.fixture(autouse=True)
def _old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completeness, "YOUNG", -1.0)  # the tests' files need no watching


def deliver(folder: Path, **contents: str) -> None:
    for at, (name, text) in enumerate(contents.items()):
        path = folder / f"{name.replace('__', '.')}.smi"
        path.write_text(text)
        os.utime(path, (1e9 + at, 1e9 + at))


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (["stock_2026-01-05", "stock_2026-02-01"], "stock_2026-02-01"),
        (["stock_2026-02-01", "stock_2026-01-05"], "stock_2026-02-01"),
        (["stock_9", "stock_10"], "stock_10"),
        (["stock_010", "stock_9"], "stock_010"),
        (["Stock_2", "stock_1"], "Stock_2"),
        (["a", "a_1"], "a_1"),
        (["2026", "x"], "x"),
        (["stock_20251231", "stock_20260101"], "stock_20260101"),
        (["stock_²", "stock_1"], "stock_²"),
    ],
)
def test_the_last_name_is_the_newest(names: list[str], newest: str, tmp_path: Path) -> None:
    deliver(tmp_path, **dict.fromkeys(names, WHOLE))
    found = find_newest("*.smi", tmp_path)
    assert found.path == tmp_path / f"{newest}.smi"
    assert found.told[0].startswith(f"took {newest}.smi, the newest complete file")
    assert "1 older file not looked at" in found.told[0]
    disagree = "was changed after" in " ".join(found.told)
    assert disagree == (names[-1] != newest)


def test_a_cut_file_is_passed_over_and_told(tmp_path: Path) -> None:
    deliver(tmp_path, s1=WHOLE, s2=WHOLE, s3=CUT, s4="")
    (tmp_path / "s5.pdf").touch()
    (tmp_path / ".s9.smi").write_text(WHOLE)
    (tmp_path / "s8.smi").mkdir()
    found = find_newest("s*", tmp_path)
    assert found.path == tmp_path / "s2.smi"
    assert found.told == (
        "took s2.smi, the newest complete file by the names that match s*; 1 older file not looked "
        "at",
        "passed over s5.pdf: found .pdf",
        "passed over s4.smi: found no bytes, expected a library; wait until it is copied, or fetch "
        "it again",
        "passed over s3.smi: the last line ends without a line break, as in a file that was cut; "
        "if it is whole, add one",
    )
    assert found.incomplete == ("s4.smi", "s3.smi")


def test_a_file_that_grows_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(tmp_path, s1=WHOLE, s2=WHOLE)
    monkeypatch.setattr(completeness, "YOUNG", 60.0)
    growing = tmp_path / "s2.smi"

    def grow(_: float) -> None:
        growing.write_text(growing.read_text() + WHOLE)

    monkeypatch.setattr("time.sleep", grow)
    found = find_newest("*.smi", tmp_path)
    assert found.path == tmp_path / "s1.smi"
    assert found.told[1].startswith("passed over s2.smi: found 14 bytes, and 28 bytes 5 seconds")


def test_no_complete_file_is_an_incomplete_library(tmp_path: Path) -> None:
    deliver(tmp_path, s1=CUT, s2="")
    with pytest.raises(
        IncompleteLibraryError, match=r"found 2 files and none that is complete \(s2\.smi: found no"
    ):
        find_newest("*.smi", tmp_path)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("*.sdf.gz", r"\*\.sdf\.gz: found no file, expected one or more"),
        ("none/*.smi", r"none/\*\.smi: found no file, expected"),
        ("*.pdf", r"found no file that is a library \(x\.pdf: found \.pdf\)"),
        ("*/../*.smi", r'found "\.\." after a wildcard'),
    ],
)
def test_a_pattern_without_a_library_is_refused(pattern: str, words: str, tmp_path: Path) -> None:
    deliver(tmp_path, s1=WHOLE)
    (tmp_path / "x.pdf").touch()
    with pytest.raises(InputError, match=words) as refused:
        find_newest(pattern, tmp_path)
    assert not isinstance(refused.value, IncompleteLibraryError)
    assert "\n" not in str(refused.value)


def test_a_file_of_exactly_this_name_is_no_pattern(tmp_path: Path) -> None:
    assert is_pattern("[new].smi", tmp_path)
    (tmp_path / "[new].smi").write_text(WHOLE)
    assert not is_pattern("[new].smi", tmp_path)


def test_brackets_in_the_folder_are_no_wildcards(tmp_path: Path) -> None:
    folder = tmp_path / "[vendors]"
    folder.mkdir()
    deliver(folder, s1=WHOLE)
    assert find_newest("*.smi", folder).path == folder / "s1.smi"


def test_every_match_has_to_lie_inside_the_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    deliver(inside, s1=WHOLE)
    deliver(outside, secret_name=WHOLE)
    monkeypatch.setenv("HITLIST_ROOTS", str(inside))
    assert matches("*.smi", inside) == [inside / "s1.smi"]
    for pattern in (f"{outside}/*.smi", "../outside/*.smi"):
        with pytest.raises(InputError, match="outside the folders that may be used"):
            matches(pattern, inside)
    (inside / "s2.smi").symlink_to(outside / "secret_name.smi")
    (inside / "deep").symlink_to(outside)
    for pattern in ("s*.smi", "*/*.smi"):
        with pytest.raises(InputError, match="through a link") as refused:
            matches(pattern, inside)
        assert "secret_name" not in str(refused.value)
