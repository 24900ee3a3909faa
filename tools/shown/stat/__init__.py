"""Households and a representative sample of cities: national figures with their errors."""
