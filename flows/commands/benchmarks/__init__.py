"""``hitlist benchmark`` and its own commands."""
