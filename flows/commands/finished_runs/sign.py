"""``hitlist sign``: sign the files of a run or a bundle with an SSH key."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note


def sign(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of a finished run or of a bundle.")
    ],
    key: Annotated[
        Path,
        typer.Option(metavar="FILE", help="OpenSSH key, such as ~/.ssh/id_ed25519."),
    ],
) -> None:
    """Sign every file of a finished run or of a bundle with an SSH key.

    Verify a run before you sign it: `sign` only compares its files with the manifest.
    HITLIST_SIGNERS can name a file of trusted signers in OpenSSH's allowed_signers format. Bundles
    that are not shipped are then loaded, and runs verified, only if one of these signed them.
    """
    from chem.disk.allowed_roots import named_path
    from chem.disk.ssh_signatures import sign_folder
    from chem.errors import InputError
    from screening.runs.latest import named_run

    where = named_run(folder)
    if not any((where / name).is_file() for name in ("manifest.json", "card.json")):
        raise InputError(
            f"{folder} is neither a finished run nor a bundle: it has no manifest.json and no "
            f"card.json"
        )
    if (where / "manifest.json").is_file():
        from screening.errors import AlteredError
        from screening.runs.past_run import open_run
        from screening.verify.verify_files import check_files

        if faults := check_files(open_run(where)).faults:
            raise AlteredError(
                f"{folder} is not signed: {faults[0]}; find out who changed it, or run the screen "
                "again"
            )
    signature = sign_folder(where, named_path(key))
    note("any change to these files breaks the signature: sign again after `rank` or `surrogate`")
    print(signature)
