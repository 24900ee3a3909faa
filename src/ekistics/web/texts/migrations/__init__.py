"""Migrations of the texts."""
