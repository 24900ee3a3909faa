"""Line 1: a clean clone runs the README's two commands."""

from tools.shown.fresh_clone import lines

__all__ = ["lines"]
