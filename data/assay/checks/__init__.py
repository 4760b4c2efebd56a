"""Whether the values that were read can be what their headers say."""
