"""One indicator, one module, one golden case; the registry lists them."""
