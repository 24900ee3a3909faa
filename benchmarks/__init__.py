"""Speed of the kernels and of the whole profile, beside peers."""
