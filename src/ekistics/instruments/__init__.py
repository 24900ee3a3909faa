"""Instruments as data: what is scored, by which benchmarks, and how it is put together."""
