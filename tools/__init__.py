"""The house's own tools: checks, generators of documentation, and what is shown."""
