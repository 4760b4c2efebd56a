"""A trained model as files, loaded within bounds, and its predictions."""
