"""The observatory site: cities, indicators, comparison, data exchange."""
