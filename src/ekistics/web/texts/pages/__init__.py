"""Pages of the texts, and the report."""
