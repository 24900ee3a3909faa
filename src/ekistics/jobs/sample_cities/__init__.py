"""Draw a national sample of cities: commit a seed, draw, replace a city that cannot take part, verify the draw."""

from ekistics.jobs.sample_cities.commit import Commitment, commit_seed
from ekistics.jobs.sample_cities.draw import DrawnSample, draw_sample, verify_sample
from ekistics.jobs.sample_cities.replace import REASONS, replace_city

__all__ = ["REASONS", "Commitment", "DrawnSample", "commit_seed", "draw_sample", "replace_city", "verify_sample"]
