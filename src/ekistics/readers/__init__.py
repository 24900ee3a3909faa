"""One source format, one module: a frame or array with its CRS, unit, time and provenance, and nothing else."""
