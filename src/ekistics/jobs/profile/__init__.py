"""Profile a city: raw open data in, a package of trusted numbers and readable documents out."""

from ekistics.jobs.profile.run import ProfileOutcome, profile
from ekistics.jobs.profile.validate import InputReport, validate

__all__ = ["InputReport", "ProfileOutcome", "profile", "validate"]
