"""Pages of the observatory, a module a page."""
