"""Damaged files of every format: read, or refused in one line; nothing else, and no row lost.

``HITLIST_FUZZ`` says how many mutants there are (``make fuzz``: a million).
"""

import gzip
import os
import random
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chem.errors import InputError
from chem.read import open_library

MUTANTS = int(os.environ.get("HITLIST_FUZZ", "4000"))
FORMATS = ("csv", "tsv", "smi", "sdf", "parquet")
ENDINGS = [ending + packed for ending in FORMATS for packed in ("", ".gz")]
ATOM = "    0.0000" * 3 + " C   0  0\n"
BLOCK = f"\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n{ATOM}M  END\n"
PIECES = (b'"', b",", b"\t", b"\r", b"\n", b"\0", b"\xff", b"<", b">", b"$$$$\n", b"M  END\n", b"|")


def _seed(ending: str, folder: Path) -> bytes:
    rows = [("CCO", f"A{n}", f'name "{n}"') for n in range(6)]
    if ending in ("csv", "tsv"):
        mark = "," if ending == "csv" else "\t"
        lines = [mark.join((smiles, name, f'"{text[:4]}{mark}b"')) for smiles, name, text in rows]
        return ("\n".join([mark.join(("smiles", "id", "note")), *lines]) + "\n").encode()
    if ending == "smi":
        return "".join(f"{' '.join(row)}\n" for row in rows).encode()
    if ending == "sdf":
        return "".join(f"{BLOCK}> <id>\n{row[1]}\n\n$$$$\n" for row in rows).encode()
    table = pa.table({"smiles": ["CCO"] * 6, "id": range(6), "l": [["a"]] * 6, "x": [b"\xe9"] * 6})
    table = table.append_column("t", pa.array(range(6), pa.timestamp("ns", "Europe/Berlin")))
    pq.write_table(table, folder / "seed")
    return (folder / "seed").read_bytes()


def _mutate(content: bytes, rng: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(found) + 1)
        match rng.randrange(5):
            case 0 if at < len(found):
                found[at] ^= 1 << rng.randrange(8)
            case 1:
                found[at:at] = rng.choice(PIECES)
            case 2:
                del found[at : at + rng.randint(1, 30)]
            case 3:
                found[at:at] = found[at : at + rng.randint(1, 60)]
            case _:
                found[at : at + 1] = bytes([rng.randrange(256)])
    return bytes(found)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, ending: str) -> None:
    rng = random.Random(f"7 {ending}")
    plain = ending.removesuffix(".gz")
    seed = _seed(plain, tmp_path)
    path = tmp_path / f"library.{ending}"
    read = 0
    for at in range(max(MUTANTS // len(ENDINGS), 1)):
        content = _mutate(seed, rng)
        if ending != plain:
            content = gzip.compress(content, 1)
            content = _mutate(content, rng) if at % 2 else content
        path.write_bytes(content)
        start = time.process_time()
        try:
            rows = [record.row for record in open_library(path)]
            assert rows == list(range(1, len(rows) + 1))
            read += 1
        except InputError as error:
            if "\n" in str(error):
                pytest.fail(f"mutant {at}: {error}")
        except Exception as error:
            pytest.fail(f"mutant {at}: {type(error).__name__}: {error}; {content!r}"[:2000])
        assert time.process_time() - start < 5, f"mutant {at}"
    assert read
