"""OGC API Features: places and map layers for geographic programs."""
