"""Take pictures of packages and reports: a page in all its views, in print, and the pages of each PDF."""

import argparse
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import rasterio
from playwright.sync_api import Browser, sync_playwright
from rasterio.errors import NotGeoreferencedWarning
from scipy.spatial import cKDTree

from ekistics.publish.png import class_picture

CHROMIUM = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PAGES = {"profile.html": "html[data-map=live]", "index.html": "[data-intervals=ready]"}  # and when each is drawn
COLOURS = 200
PIECE_PX, PIECES = 3000, 8  # the tables at the end of the page go on like the last piece
# Name: width, height, device scale, colour scheme. 200 % of a 1440 px window is a 720 px window at twice the scale.
VIEWS = {
    "desktop": (1440, 1000, 1.0, "light"),
    "desktop-dark": (1440, 1000, 1.0, "dark"),
    "tablet": (768, 1024, 1.0, "light"),
    "phone": (360, 740, 2.0, "light"),
    "phone-dark": (360, 740, 2.0, "dark"),
    "zoom-200": (720, 500, 2.0, "light"),
}


def page_of(package: Path) -> Path | None:
    """Give the page of a package; a folder of documents has none."""
    return next((package / name for name in PAGES if (package / name).is_file()), None)


def page_pictures(browser: Browser, page_file: Path, out: Path) -> None:
    """Photograph the first screen and the whole page in every view, piece by piece: Chromium cannot draw it at once."""
    for name, (width, height, scale, scheme) in VIEWS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale,
                                      color_scheme=scheme, reduced_motion="reduce")
        page = context.new_page()
        page.goto(page_file.as_uri())
        page.wait_for_selector(PAGES[page_file.name], timeout=60_000)
        page.wait_for_timeout(500)
        page.screenshot(path=out / f"{name}-top.png")
        tall = int(PIECE_PX / scale)
        page.set_viewport_size({"width": width, "height": tall})
        total = page.evaluate("document.documentElement.scrollHeight")
        for number, top in enumerate(range(0, min(total, PIECES * tall), tall), 1):
            page.evaluate("top => window.scrollTo(0, top)", top)
            page.wait_for_timeout(200)
            page.screenshot(path=out / f"{name}-{number}.png")
        context.close()


def print_pictures(browser: Browser, page_file: Path, out: Path) -> None:
    """Print the page to PDF and photograph its sheets."""
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_selector(PAGES[page_file.name], timeout=60_000)
    page.wait_for_timeout(500)
    page.pdf(path=out / "print.pdf", prefer_css_page_size=True, print_background=True)
    page.close()
    sheets(out / "print.pdf", out / "print")


def readme_picture(browser: Browser, page_file: Path, out: Path) -> None:
    """Photograph the head of the page for the README, in few colours so that it stays small."""
    context = browser.new_context(viewport={"width": 1240, "height": 1500}, color_scheme="light",
                                  reduced_motion="reduce")
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-map=live]", timeout=60_000)
    page.wait_for_timeout(1000)
    full = out.with_suffix(".full.png")
    page.screenshot(path=full)
    context.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(full) as source:
            pixels = np.moveaxis(source.read([1, 2, 3]), 0, -1)
    full.unlink()
    flat = pixels.reshape(-1, 3)
    colours, count = np.unique(flat, axis=0, return_counts=True)
    frequent = colours[np.argsort(-count)[:COLOURS]].astype(np.int64)
    nearest = cKDTree(frequent).query(colours)[1].astype(np.uint8)
    index = np.searchsorted(packed(colours), packed(flat))
    tints = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in frequent.tolist()]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(class_picture(nearest[index].reshape(pixels.shape[:2]), tints))


def packed(colours: np.ndarray) -> np.ndarray:
    """Write each colour as one number, in the order of its parts."""
    return colours.astype(np.int64) @ np.array([65536, 256, 1])


def sheets(pdf: Path, stem: Path) -> None:
    """Turn the pages of a PDF into pictures."""
    subprocess.run(["pdftoppm", "-r", "70", "-png", str(pdf), str(stem)], check=True)


def main() -> int:
    """Photograph the profiles in some package folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="+", type=lambda text: Path(text).resolve(),
                        help="folders of packages with their page, or of documents")
    parser.add_argument("--out", type=Path, default=Path("out/pictures"))
    parser.add_argument("--readme", type=Path, help="where to put the README's picture of the first package")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or shutil.which("pdftoppm") is None:
        sys.exit("Chromium and pdftoppm (package poppler-utils) are needed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        if given.readme:
            readme_picture(browser, given.packages[0] / "profile.html", given.readme)
        for package in given.packages if given.readme is None else ():
            out = given.out / package.name
            out.mkdir(parents=True, exist_ok=True)
            if page := page_of(package):
                page_pictures(browser, page, out)
                print_pictures(browser, page, out)
            for document in sorted(package.glob("*.pdf")):
                sheets(document, out / f"pdf-{document.stem}")
            sys.stdout.write(f"{out}: {len(list(out.glob('*.png')))} pictures\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
