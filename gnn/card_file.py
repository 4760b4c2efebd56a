"""Writing a card anew beside weights that stay: what was found out about a bundle later."""

import json
import os
from pathlib import Path

from gnn.card import Card


def write_card(folder: Path, card: Card) -> None:
    """Put a card into its bundle's folder, in the form in which bundles are saved."""
    text = json.dumps(card.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    part = folder / ".card.json.part"
    part.write_text(text, encoding="utf-8")
    os.replace(part, folder / "card.json")
