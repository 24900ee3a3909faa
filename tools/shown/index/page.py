"""Line 4: the live page beside the kernel, its time, and axe."""

from tools.shown.testing import Line, printed

FILES = ("tests/publish/test_index_kernel.py", "tests/publish/test_index_page.py")


def lines() -> list[Line]:
    """Open the page in Chromium, change what can be changed, and hold it against the kernel."""
    return printed(4, FILES, ("a change on the live page ", "axe on the live page, ",
                              "the live page beside the kernel"))
