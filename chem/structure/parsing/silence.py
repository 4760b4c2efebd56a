"""RDKit's own log, off for a while."""

from rdkit import rdBase


def block_logs() -> rdBase.BlockLogs:
    """Return a context in which RDKit writes nothing to stderr.

    For libraries that call RDKit themselves; what goes wrong with a molecule is a value here.
    """
    return rdBase.BlockLogs()
