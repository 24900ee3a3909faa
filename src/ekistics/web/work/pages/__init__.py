"""Pages of background work: jobs, and what people upload."""
