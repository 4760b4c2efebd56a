"""The parts of report.html: markup, styles and scripts."""
