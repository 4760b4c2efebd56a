"""Small libraries of every format and many kinds, to be damaged."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

_ROWS = (
    ("CCO", "A1", "plain"),
    ("C[C@H](N)C |&1:1,c:2,3|", "A2", 'with "quotes"'),
    ("[Na+].CC(=O)[O-] |f:0.1|", "Ä3", "a,b;c"),
    ("c1ccccc1", "", "two\nlines"),
    ("CCQ", "=A5", "no molecule"),
)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _table(mark: str, header: str = "smiles,id,note", **text: str) -> bytes:
    lines = [mark.join(header.split(",")), *(mark.join(map(_quoted, row)) for row in _ROWS)]
    return (text.get("above", "") + "\n".join(lines) + "\n").encode(text.get("encoding", "utf-8"))


def tables(mark: str) -> list[bytes]:
    """Tables of this delimiter: quoted, in other encodings, with titles, ragged, beside."""
    plain = f"SMILES{mark}Cat. No.{mark}Price\n" + "".join(
        f"CCO{mark}{n}{mark}{n}.5 €{mark * (n % 3)}\n" for n in range(4)
    )
    beside = f"id{mark}smiles{mark}ext\n" + "".join(f"{n}{mark}CC{mark}|r|\n" for n in range(4))
    return [
        _table(mark),
        _table(mark, encoding="utf-16"),
        _table(mark, "ID,Structure (SMILES),SMILES", above="A title\n\n"),
        _table(mark, above=f"sep={mark}\n").replace(b"\n", b"\r\n"),
        plain.encode("cp1252"),
        plain.encode("cp1252").replace(b"\n", b"\r"),
        beside.encode(),
    ]


def smiles_files() -> list[bytes]:
    """SMILES files: with and without a header, remarks, extensions, tabs."""
    rows = [f"{smiles} {name}" for smiles, name, _ in _ROWS]
    return [
        ("\n".join(rows) + "\n").encode(),
        ("\n".join(["smiles id", "# a remark", *rows])).encode(),
        "".join(f"{smiles}\t{name}\t{n}\r\n" for n, (smiles, name, _) in enumerate(_ROWS)).encode(),
        b"id smiles\n" + b"".join(b"%d CC(=O)O\n" % n for n in range(4)),
    ]


_V2000 = """ethanol
  hand made

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.5000    0.0000    0.0000 C   0  0
    2.2000    1.2000    0.0000 O   0  5
  1  2  1  0
  2  3  1  0
M  CHG  1   3  -1
M  END
"""
_V3000 = """

made
  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 2 1 0 0 1
M  V30 BEGIN ATOM
M  V30 1 C 0 0 0 0
M  V30 2 C 1.5 0 0 0 CHG=-
M  V30 1
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 1 2
M  V30 END BOND
M  V30 BEGIN COLLECTION
M  V30 MDLV30/STEABS ATOMS=(1 1)
M  V30 END COLLECTION
M  V30 END CTAB
M  END
"""
_FIELDS = ">  <id>  (1)\n{n}\n\n> <Note one>\nfirst\nsecond < third\n\n>  25 <n> DT12\n\n\n$$$$\n"


def sd_files() -> list[bytes]:
    """SD files of both versions, with several fields, broken ends and a molblock alone."""
    both = "".join((_V2000, _V3000)[n % 2] + _FIELDS.replace("{n}", f"A{n}") for n in range(4))
    return [
        both.encode(),
        both.replace("\n", "\r\n").encode("cp1252"),
        (_V2000 + "$$$$\n").encode() * 3 + _V2000.encode(),
        (_V3000 + "> <x>\nä\n\n$$$$\n").encode("utf-8") * 3,
    ]


def parquet_files() -> list[bytes]:
    """Parquet tables of many types, encodings, codecs and row groups."""
    count = 6
    smiles, ids = ["CCO", "CC", "C |r|", "CCQ", None, "CN"], [f"A{n}" for n in range(count)]
    simple = pa.table({"smiles": smiles, "id": ids, "n": range(count)})
    moment = datetime(2020, 1, 2, tzinfo=UTC)
    many = {
        "smiles": pa.array(smiles),
        "id": pa.array(ids).dictionary_encode(),
        "list": pa.array([["a", None]] * count),
        "struct": pa.array([{"a": 1, "b": [1.5]}] * count),
        "map": pa.array([[("k", 1)]] * count, pa.map_(pa.string(), pa.int32())),
        "bytes": pa.array([b"\xe9"] * count),
        "fixed": pa.array([b"abcd"] * count, pa.binary(4)),
        "decimal": pa.array([Decimal("1.50")] * count, pa.decimal128(9, 2)),
        "half": pa.array([1.5] * count, pa.float16()),
        "truth": pa.array([True, None] * (count // 2)),
        "date": pa.array([date(2020, 1, 2)] * count),
        "zone": pa.array([moment] * count, pa.timestamp("ns", "Europe/Berlin")),
        "span": pa.array(range(count), pa.duration("us")),
        "large": pa.array(ids, pa.large_string()),
    }
    few = {name: many[name] for name in ("smiles", "id", "list", "zone")}
    written: tuple[tuple[pa.Table, dict[str, object]], ...] = (
        (simple, {}),
        (simple, {"row_group_size": 2, "compression": "zstd", "write_page_index": True}),
        (simple, {"use_dictionary": False, "column_encoding": "DELTA_BINARY_PACKED"}),
        (simple, {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}),
        (pa.table(few), {"data_page_version": "2.0", "write_page_checksum": True}),
        (pa.table(many), {"compression": "gzip"}),
        (pa.table(many), {"compression": "none", "store_schema": False}),
    )
    found = []
    for table, options in written:
        encoding = options.get("column_encoding")
        if encoding is not None:
            texts = {"smiles": "DELTA_BYTE_ARRAY", "id": "DELTA_LENGTH_BYTE_ARRAY"}
            options = {**options, "column_encoding": {**texts, "n": "DELTA_BINARY_PACKED"}}
        into = io.BytesIO()
        pq.write_table(table, into, **options)
        found.append(into.getvalue())
    return found


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "csv": lambda: [*tables(","), *tables(";")],
    "tsv": lambda: tables("\t"),
    "smi": smiles_files,
    "sdf": sd_files,
    "parquet": parquet_files,
}
"""Ending to libraries of it."""
