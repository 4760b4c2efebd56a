"""Options, progress, tables and results at a terminal."""
