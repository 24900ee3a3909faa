"""Kernels on arrays and frames: grids, Degree of Urbanisation, zonal sums, street network, reprojection. No I/O."""
