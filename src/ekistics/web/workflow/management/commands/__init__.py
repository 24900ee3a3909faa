"""Commands of the workflow."""
