"""Files, folders and streams whose names may come from outside: bounded reads, whole writes."""
