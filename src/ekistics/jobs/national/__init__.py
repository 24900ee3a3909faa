"""National values from a sample of cities: ratios of weighted totals and counts of cities, with their errors."""

from ekistics.jobs.national.run import NationalOutcome, national

__all__ = ["NationalOutcome", "national"]
