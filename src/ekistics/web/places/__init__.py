"""Places of the record: hierarchy, names, codes, dated boundaries, lineage."""
