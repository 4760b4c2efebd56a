"""Files of plate readers and the plan of the plates, read into wells and compounds."""
