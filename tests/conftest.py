"""What all tests share: real data by name, and skips that CI does not allow."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def skip_or_fail(reason: str) -> None:
    """Skip where a part of the world is absent; fail in CI, where it must be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (CI must have it)")
    pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests marked `network` open sockets to this machine; all others may open none."""
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give the path of a file of real data, or skip with one clear line."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            skip_or_fail(f"real data absent: {name}")
        return path

    return find


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the path of Chromium, or skip with one clear line."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        skip_or_fail("Chromium is absent")
    return Path(str(found))
