"""Peers, timed in their own environment: each script prints one JSON line with its seconds after imports."""
