"""What the program shows of itself: a module a line, gathered by ``tools.shown_main``."""
