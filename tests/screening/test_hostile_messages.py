"""A hostile text as a name, a path, a column or a setting is told in one plain line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.cli import main
from screening.runs.write_run import Outcome
from tests.screening.hostile import TEXTS

SAMPLE = TEXTS[::23]


class Answer(NamedTuple):
    """What a command line said."""

    code: int
    out: str
    err: str

    @property
    def harmless(self) -> bool:
        """Whether a terminal would only show it."""
        return not [c for c in self.out + self.err if not c.isprintable() and c not in "\n\t"]


Run = Callable[..., Answer]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run ``hitlist`` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HITLIST_CACHE", str(tmp_path / "cache"))

    def run(*words: str | Path) -> Answer:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capfd.readouterr()
        return Answer(int(ended.value.code or 0), said.out, said.err)

    return run


def assert_one_plain_line(answer: Answer, text: str) -> None:
    assert answer.code == 2, text
    assert answer.out == "", text
    assert answer.err.startswith("hitlist: "), text
    assert answer.err.count("\n") == 1, text
    assert answer.harmless, text


@pytest.mark.slow
def test_of_a_name_that_is_none(run: Run) -> None:
    for text in TEXTS:
        assert_one_plain_line(run("screen", "--", text), text)
        assert_one_plain_line(run("prepare", "--", text), text)


def test_of_a_file_that_cannot_be_read_as_a_library(run: Run, tmp_path: Path) -> None:
    for text in TEXTS:
        path = tmp_path / "library.csv"
        path.write_text(f"{text}\n{text}\n{text}\n", encoding="utf-8", newline="")
        answer = run("prepare", path, "--smiles-column", text)
        assert answer.harmless, text
        if answer.code == 2:
            *_, last = answer.err.splitlines()
            assert last.startswith("hitlist: ")


@pytest.mark.parametrize("key", ["name", "title", "library", "bundles", "task", "label", "filter"])
def test_of_a_screens_setting(key: str, run: Run, tmp_path: Path) -> None:
    for text in SAMPLE:
        quoted = json.dumps(text).replace("\x7f", "\\u007f")
        primary = {"task": '"small_EGFR"', "label": '"x"', "zero": "5.0", "full": "8.0"}
        head = {"name": '"x"', "title": '"x"', "library": '"none.csv"', "bundles": '["none"]'}
        filters = ""
        if key == "filter":
            filters = f"[filters]\n{quoted} = 1.0\n"
        elif key in head:
            head[key] = f"[{quoted}]" if key == "bundles" else quoted
        else:
            primary[key] = quoted
        lines = [f"{name} = {value}" for name, value in head.items()]
        lines += ["[[primary]]", *(f"{name} = {value}" for name, value in primary.items())]
        path = tmp_path / "screen.toml"
        path.write_text("\n".join([*lines, filters]), encoding="utf-8")
        assert_one_plain_line(run("screen", path), text)


def test_of_an_id_that_no_record_has(run: Run, drug_run: Outcome) -> None:
    for text in SAMPLE:
        answer = run("explain", "--run", drug_run.folder, "--", f"no {text}")
        assert answer.code == 2, text
        assert answer.harmless, text
        assert answer.err.splitlines()[-1].startswith("hitlist: no record of "), text


def test_of_a_run_whose_files_are_named_by_texts(run: Run, tmp_path: Path) -> None:
    for text in SAMPLE:
        (tmp_path / "manifest.json").write_text(json.dumps({text: text}), encoding="utf-8")
        (tmp_path / "where.json").write_text(json.dumps({text: text}), encoding="utf-8")
        assert_one_plain_line(run("verify", tmp_path), text)
