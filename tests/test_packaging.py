"""What an installation that is not editable holds."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_wheel_ships_models_screens_and_tables(tmp_path: Path) -> None:
    source = tmp_path / "source"
    files = subprocess.run(
        ["git", "ls-files", "-z", "--", ".", ":!tests", ":!docs"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    for name in filter(None, files):
        target = source / name.decode()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name.decode()).read_bytes())
    words: list[str | Path] = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        tmp_path,
        source,
    ]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, timeout=200)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    packages = ("chem/", "data/", "gnn/", "screening/", "flows/", "hitlist/")
    sources = {name.decode() for name in files if name.endswith(b".py")}
    ours = {name for name in sources if name.startswith(packages)}
    assert len(ours) > 300
    assert ours <= names
    assert "benchmarks/__main__.py" in sources
    assert not [name for name in names if name.startswith("benchmarks/")]
    for bundle in ("activity", "toxicity"):
        assert f"gnn/bundles/{bundle}/card.json" in names
        assert f"gnn/bundles/{bundle}/weights.safetensors" in names
        assert f"gnn/bundles/{bundle}/measured.parquet" in names
    assert {"chem/features/atom_states.csv", "chem/structure/parents/counterions.csv"} <= names
    assert {"data/catalogue/catalogue.toml", "data/catalogue/kinases.csv"} <= names
    assert {"flows/screens/kinase.toml", "gnn/recipes/activity.toml"} <= names
    assert {"screening/report/page/report.html", "screening/report/page/report.css"} <= names
    assert {"screening/report/page/report.js", "screening/runs/dossier.html"} <= names
    assert {"screening/lab/write.py", "hitlist/__init__.py"} <= names
    # Without its marker a package is Any to whoever checks the types of a program that uses it.
    assert {f"{package}py.typed" for package in packages} <= names
