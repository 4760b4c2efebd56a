"""Files, folders and streams that a stranger may have named: read within bounds, written whole."""
