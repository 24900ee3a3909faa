"""Kernels of survey statistics: designs and estimates, sampling of cities, disclosure control. No I/O."""
