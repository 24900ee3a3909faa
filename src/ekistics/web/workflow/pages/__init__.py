"""Pages of the work area and of the log."""
