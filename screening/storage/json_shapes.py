"""The shapes of the JSON of runs, prepared libraries and ledgers, checked when they are read.

These files lie in folders to which others may write. A file of another shape is refused in one line
when it is read, and later code need not check it again. Keys that are not named here may hold
anything.
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

Count = Annotated[int, Field(ge=0, le=10**12)]
"""A number of records, bytes and the like."""
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[
    str, Field(pattern=r"^[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*$", max_length=120)
]
"""The name of a file in a store, without a folder."""
_DRIVE = re.compile(r"[\\:\0]")


def _stays_inside(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/") or _DRIVE.search(path):
        raise ValueError("a file of a run has to lie in the run's folder")
    return path


PathInside = Annotated[
    str, Field(pattern=r"^[\x20-\x7e]+$", max_length=200), AfterValidator(_stays_inside)
]


class Shape(BaseModel):
    """A frozen record that converts no values and ignores keys that it does not name."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Named(Shape):
    name: str
    sha256: str


class _Triage(Shape):
    why: str = ""


class _Selection(Shape):
    pool: Count
    not_listed: Count
    lists: list[dict[str, Any]] = []


class Manifest(Shape):
    """The parts of ``manifest.json`` that are read again."""

    screen: Any
    library: Any
    featurizer: Any
    bundles: list[_Named]
    counts: dict[str, Count]
    triage: _Triage
    files: dict[PathInside, str]
    finished: str = ""
    selection: _Selection | None = None
    reading: list[str] = []
    filtered_by_filter: dict[str, Count] = {}
    versions: Any = None
    texts: str = ""
    """Empty in runs of versions that did not note it."""
    measured: dict[str, str] = {}
    standardizer: int = 0
    """0 in runs of versions that did not note it."""
    promotions: dict[str, str] = {}


class _Columns(Shape):
    smiles: str | None = None
    id: str | None = None
    name: str | None = None


class _Library(Shape):
    path: Annotated[str, Field(pattern=r"^[^\x00]*$")]
    columns: _Columns | None = None


class Where(Shape):
    """The ``where.json`` of a run that scored."""

    library: _Library | None = None
    """The library; None for runs from before it was noted."""
    prepared: Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
    scores: Annotated[str, Field(pattern=r"^[^\x00]*$")]
    device: str
    bfloat16: bool = Field(alias="half")


class WhereRanked(Shape):
    """The ``where.json`` of a run that ranked another run's scores."""

    run: Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
    fingerprint: str


class _Facts(Shape):
    rows: Count = 0
    rejected: Count = 0
    unseen_atoms: Count = 0
    reject_codes: dict[str, Count] = {}
    filtered: dict[str, Count] = {}


class Line(Shape):
    """A line of a ledger after the first: a file that is done."""

    name: FileName
    sha256: str
    facts: _Facts


class Summary(Shape):
    """The content of ``prepared.json``."""

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
    """Read a JSON object as a shape; raise ValueError, one line, if its shape is another."""
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(key) for key in first["loc"])[:80]
        raise ValueError(" ".join(f"{where}: {first['msg']}".split())) from None
