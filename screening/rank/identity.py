"""How a compound's identity is written for people: its key as text, and words on stereochemistry.

Equal keys are one compound, whatever tautomer, salt, protonation or drawing came in.
"""

from base64 import b32encode

from chem.structure.stereo.stereo_status import describe_stereo
from screening.prepare.records import NO_KEY


def key_text(key: bytes) -> str:
    """Return a key of 16 bytes as 26 letters and digits; ``""`` for that of a rejected record.

    >>> key_text(bytes(15) + bytes([1]))
    'AAAAAAAAAAAAAAAAAAAAAAAAAE'
    """
    return "" if key == NO_KEY else b32encode(key).decode().rstrip("=")


def stereo_word(smiles: str) -> str:
    """Return what a judged structure states of stereochemistry: a word of ``STEREO_WORDS``.

    smiles: SMILES or CXSMILES of a standardized structure; of a rejected
    record, which has none, it is ``""``.
    """
    return describe_stereo(smiles) if smiles else ""
