"""Write pins/*.txt: every package of a set-up, with its version and the hashes of its files.

    make pins

The versions that pyproject.toml and constraints.txt leave are found by uv, for every system and
every Python that hitlist runs on. pip then takes no file whose hash is not there.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "pins"
OF_CUDA = ("cuda-", "nvidia-", "triton")
"""Starts of the names that only torch's builds for a GPU need."""
TORCH_CPU = {
    "2.13.0": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
}
"""By version, the hash of torch's build for CPUs alone (+cpu; Linux, x86-64, Python 3.11).

It is not on the index, where a mirror may have it beside the others.
"""
TOOLS = ("cyclonedx-bom", "mkdocs-material", "pip-audit", "uv")
PEERS = ("admet-ai==2.0.1", "chemprop==2.3.1", "cuik_molmaker_pin", "torch==2.13.0")
"""Programs that ``python -m benchmarks speed`` compares with. The third is the C++ featurizer of
Chemprop:
each of its versions is built for one RDKit, and Chemprop brings those that fit."""
HEADS = {
    "running": "What hitlist needs to run and to be installed",
    "checks": "What its tests and checks need beside pins/running.txt",
    "cuda": "What torch's build for a GPU needs beside pins/running.txt",
    "tools": "What `make pins`, `audit`, `sbom` and `docs` need, in an environment of its own",
    "peers": "What `make bench-peers` installs, in an environment of its own",
}


def resolve(needs: list[str], *options: str) -> dict[str, str]:
    """Return the lines of each package that some requirements bring, by name."""
    words = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    words += ["--generate-hashes", "--no-annotate", "--no-header", "--no-strip-markers"]
    uv = Path(sys.executable).parent / "uv"
    answer = subprocess.run(
        [uv, *words, *options, "-"],
        cwd=ROOT,
        input="\n".join(needs),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    found = {}
    for entry in re.split(r"\n(?=\S)", answer.strip()):
        pin = re.match(r"(\S+?)==(\S+)", entry)
        assert pin is not None, entry
        name, version = pin.groups()
        if name == "torch" and version in TORCH_CPU:
            entry += f" \\\n    --hash=sha256:{TORCH_CPU[version]}"
        found[name] = entry
    return found


def write(name: str, entries: dict[str, str]) -> None:
    """Write one file of pins, a package after the other."""
    head = f"# {HEADS[name]}: written by `make pins`.\n"
    text = head + "".join(f"{entries[key]}\n" for key in sorted(entries))
    (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


def parted(entries: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Part packages into those that are always needed, and those that only CUDA needs."""
    cuda = {name: entry for name, entry in entries.items() if name.startswith(OF_CUDA)}
    return {name: entry for name, entry in entries.items() if name not in cuda}, cuda


def main() -> None:
    """Write every file of pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needs = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    tested = ("--constraint", "constraints.txt")
    checks = project["project"]["optional-dependencies"]["dev"]
    running, cuda = parted(resolve(needs, *tested))
    whole, _ = parted(resolve([*needs, *checks], *tested))
    write("running", running)
    write("cuda", cuda)
    write("checks", {name: entry for name, entry in whole.items() if name not in running})
    write("tools", resolve(list(TOOLS)))
    peers, their_cuda = parted(resolve(list(PEERS)))
    if their_cuda != cuda:
        sys.exit("torch is to be of one version for both: change it in PEERS, or constraints.txt")
    write("peers", peers)


if __name__ == "__main__":
    main()
