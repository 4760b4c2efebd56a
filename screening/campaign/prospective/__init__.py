"""Prospective validation: predictions registered before an assay, beside what the lab found."""
