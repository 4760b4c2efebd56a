"""From a recipe or an own assay to a bundle."""
