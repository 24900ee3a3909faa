"""The sample city: a made-up coastal city in the real formats, the same for the same seed."""

from ekistics.jobs.sample_city.make import SEED, SampleCity, make_sample_city

__all__ = ["SEED", "SampleCity", "make_sample_city"]
