"""Says what scores depend on: a ledger of scores keeps it, and is taken for nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chem.errors import InputError
from gnn.bundle.column_names import COLUMN_RULES
from screening.storage.ledger import COLUMNS, Ledger, difference


class Hashed(Protocol):
    """A bundle, or what a manifest keeps of one."""

    @property
    def sha256(self) -> str:
        """The hash of its content."""


def scoring_purpose(
    sha256: str, key: str, bundles: Sequence[Hashed], bfloat16: bool, device: str = "cpu"
) -> dict[str, Any]:
    """Return all that scores depend on.

    That is the library, its preparation (``key``), the bundles, the device and precision of their
    networks, and the rules of the columns.
    """
    return {
        "library": sha256,
        "prepared": key,
        "bundles": [bundle.sha256 for bundle in bundles],
        "precision": "bfloat16" if bfloat16 else "float32",
        "device": device,
        COLUMNS: COLUMN_RULES,
    }


def rules_of(ledger: Ledger) -> int:
    """Return the number of the rules of the columns of a ledger's scores."""
    return int(ledger.purpose.get(COLUMNS, 1))


def check_rules(ledger: Ledger) -> None:
    """Refuse, with InputError, scores whose columns followed other rules than now."""
    if rules_of(ledger) != COLUMN_RULES:
        raise InputError(
            f"the scores in {ledger.folder} are of another version of hitlist, which computed "
            "columns otherwise; run the screen again in another folder"
        )


def check_scores(ledger: Ledger, purpose: Mapping[str, Any], where: str) -> None:
    """Refuse, with InputError, scores that depend on something else than the rules of columns.

    where: the file that says what they depend on, in words.
    """
    found, wanted = ({**one, COLUMNS: COLUMN_RULES} for one in (ledger.purpose, purpose))
    if other := difference(found, wanted):
        raise InputError(
            f"{where} does not fit the scores in {ledger.folder}: their {other} differs; "
            "put back the one that the run wrote"
        )
