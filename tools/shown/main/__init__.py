"""A city profiled from raw data."""
