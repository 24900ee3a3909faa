"""Ekistics, the open urban observatory: trusted numbers about cities, with their method, uncertainty and proof."""

__version__ = "0.1.0"
