"""What the program shows of itself, gathered by ``tools.show``: a package an issue, a module a line."""
