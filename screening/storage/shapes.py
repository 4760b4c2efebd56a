"""What the JSON of runs, prepared libraries and ledgers looks like, checked where it is read.

These files lie in folders that others may write. What has another shape is told in one line when
it is read, and nothing behind that asks again. Keys that are not named here may hold anything.
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

Count = Annotated[int, Field(ge=0, le=10**12)]
"""Of records, bytes and the like."""
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[
    str, Field(pattern=r"^[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*$", max_length=120)
]
"""Of a file in a store: it has no folder."""
_DRIVE = re.compile(r"[\\:\0]")


def _stays_inside(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/") or _DRIVE.search(path):
        raise ValueError("a file of a run lies in its folder")
    return path


PathInside = Annotated[
    str, Field(pattern=r"^[\x20-\x7e]+$", max_length=200), AfterValidator(_stays_inside)
]


class Shape(BaseModel):
    """Turns nothing into something else; what it does not name may be anything."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Named(Shape):
    name: str
    sha256: str


class _Triage(Shape):
    why: str = ""


class _Selection(Shape):
    pool: Count
    not_listed: Count


class Manifest(Shape):
    """``manifest.json``: what of it is read again."""

    screen: Any
    library: Any
    featurizer: Any
    bundles: list[_Named]
    counts: dict[str, Count]
    triage: _Triage
    files: dict[PathInside, str]
    selection: _Selection | None = None
    reading: list[str] = []
    filtered_by_filter: dict[str, Count] = {}
    versions: Any = None


class _Columns(Shape):
    smiles: str | None = None
    id: str | None = None
    name: str | None = None


class _Library(Shape):
    path: Annotated[str, Field(pattern=r"^[^\x00]*$")]
    columns: _Columns | None = None


class Where(Shape):
    """``where.json`` of a run that scored."""

    library: _Library | None = None
    """Runs of before it was noted do not have it."""
    prepared: Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
    scores: Annotated[str, Field(pattern=r"^[^\x00]*$")]
    device: str
    bfloat16: bool = Field(alias="half")


class WhereRanked(Shape):
    """``where.json`` of a run that ranked another one's scores."""

    run: Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
    fingerprint: str


class _Facts(Shape):
    rows: Count = 0
    rejected: Count = 0
    unseen_atoms: Count = 0
    reject_codes: dict[str, Count] = {}
    filtered: dict[str, Count] = {}


class Line(Shape):
    """Another line of a ledger: a file that is done."""

    name: FileName
    sha256: str
    facts: _Facts


class Summary(Shape):
    """``prepared.json``."""

    store: Annotated[str, Field(pattern=r"^[^\x00]*$")]
    key: str
    library: str
    sha256: Hash
    featurizer: str
    extra_columns: list[str]
    partition_rows: Annotated[int, Field(ge=1, le=10**9)]
    rows: Count
    rejected: Count
    duplicates: Count
    duplicates_sha256: Hash
    reject_codes: dict[str, Count]
    unseen_atoms: Count
    partitions: list[FileName]
    standardizer: Count
    notes: list[str]

    @model_validator(mode="after")
    def _adds_up(self) -> "Summary":
        if len(self.partitions) != -(-self.rows // self.partition_rows):
            raise ValueError(f"{len(self.partitions)} partitions for {self.rows} rows")
        if len(set(self.partitions)) < len(self.partitions):
            raise ValueError("a partition is named twice")
        if self.rejected + self.duplicates > self.rows:
            raise ValueError("more rejects and duplicates than rows")
        return self


AShape = TypeVar("AShape", bound=Shape)


def check_shape(shape: type[AShape], found: object) -> AShape:
    """Return what a JSON object says; ValueError, one line, for one of another shape."""
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(key) for key in first["loc"])[:80]
        raise ValueError(" ".join(f"{where}: {first['msg']}".split())) from None
