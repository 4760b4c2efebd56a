"""Writing a card anew beside weights that stay: what was found out about a bundle later."""

import json
from pathlib import Path

from chem.disk.files import write_or_say
from gnn.evaluation.card import Card


def write_card(folder: Path, card: Card) -> None:
    """Put a card into its bundle's folder, in the form in which bundles are saved."""
    text = json.dumps(card.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    write_or_say(folder / "card.json", text)
