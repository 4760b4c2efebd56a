"""The analogs of a hit: found in a prepared library or made, scored, with what each change did."""
