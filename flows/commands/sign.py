"""``hitlist sign``: say with a key that a run or a bundle is as it should be."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal.console import note


def sign(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of a finished run, or of a bundle.")
    ],
    key: Annotated[
        Path,
        typer.Option(metavar="FILE", help="A key of OpenSSH, such as ~/.ssh/id_ed25519."),
    ],
) -> None:
    """Sign every file of a finished run or of a bundle with an SSH key.

    Verify a run before you sign it: signing holds its files to the manifest alone. Where the
    environment names a file of signers (HITLIST_SIGNERS, in OpenSSH's allowed_signers format),
    bundles that are not shipped are used, and runs verified, only with a signature by one of them.
    """
    from chem.disk.allowed_roots import named_path
    from chem.disk.signatures import sign_folder
    from chem.errors import InputError

    where = named_path(folder)
    if not any((where / name).is_file() for name in ("manifest.json", "card.json")):
        raise InputError(
            f"{folder} is no finished run and no bundle: it has no manifest.json and no card.json"
        )
    if (where / "manifest.json").is_file():
        from screening.errors import AlteredError
        from screening.runs.past_run import open_run
        from screening.runs.verify_files import check_files

        if faults := check_files(open_run(where)).faults:
            raise AlteredError(
                f"{folder} is not signed: {faults[0]}; find out who changed it, or run the screen "
                "again"
            )
    signature = sign_folder(where, named_path(key))
    note("a change of any file there ends what it says: sign again after `rank` or `surrogate`")
    print(signature)
