"""The observatory: indicators, editions, observations, layers, and their pages."""
