"""Commands: parse, call a job, show."""

from ekistics.cli.app import main

__all__ = ["main"]
