"""Texts of people for a country's report, written and reviewed like values, and the report as a file."""
