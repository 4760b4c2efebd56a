"""A team's own assay: which column holds what, in which unit, and what its cells say."""

from data.assay.describe import HEADERS, Description
from data.assay.read import AssayOptions, describe_assay, read_assay

__all__ = ["HEADERS", "AssayOptions", "Description", "describe_assay", "read_assay"]
