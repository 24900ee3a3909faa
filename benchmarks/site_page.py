"""How many bytes a browser fetches for the first page, compressed as they travel, without the map's own parts."""

from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
MAP = ("/maps/", "part-map", "map-worker", "/static/map", "glyph", "land", "countries")
SETTLED_MS = 3000

__all__ = ["first_page_bytes"]


def first_page_bytes(address: str) -> tuple[int, int] | None:
    """Open a page in Chromium with an empty cache.

    Parameters
    ----------
    address : str
        The page.

    Returns
    -------
    tuple of int or None
        Bytes without the map, and bytes of the map; None where there is no Chromium.
    """
    if not CHROMIUM.exists():
        return None
    from playwright.sync_api import sync_playwright

    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        wire = page.context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", lambda seen: asked.update({seen["requestId"]: seen["request"]["url"]}))
        wire.on("Network.loadingFinished", lambda seen: sizes.update({seen["requestId"]: seen["encodedDataLength"]}))
        wire.send("Network.enable")
        page.goto(address)
        page.wait_for_timeout(SETTLED_MS)
        browser.close()
    of_map = sum(size for key, size in sizes.items() if any(part in asked.get(key, "") for part in MAP))
    return round(sum(sizes.values()) - of_map), round(of_map)
