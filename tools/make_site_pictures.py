"""Take pictures of every kind of page of a site: desktop, phone, Arabic, by night, and in print."""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tools.make_pictures import CHROMIUM
from tools.stage import PASSWORD, Stage, environment, kinds, staged, workspaces

TALLEST = 6000
# Name: width, height, scale, colour scheme, language.
VIEWS = {"desktop": (1440, 900, 1.0, "light", "en"), "phone": (360, 740, 2.0, "light", "en"),
         "arabic": (1280, 900, 1.0, "light", "ar"), "arabic-phone": (360, 740, 2.0, "light", "ar"),
         "dark": (1280, 900, 1.0, "dark", "en"), "chinese": (1280, 900, 1.0, "light", "zh-hans")}


def photograph(browser: Browser, stage: Stage, pages: dict[str, str], out: Path, *, cookies: list | None = None) -> int:
    """Photograph pages in every view."""
    count = 0
    for view, (width, height, scale, scheme, language) in VIEWS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=scale,
                                      color_scheme=scheme, reduced_motion="reduce")
        if cookies:
            context.add_cookies(cookies)
        tab = context.new_page()
        for name, path in pages.items():
            tab.set_viewport_size({"width": width, "height": height})
            tab.goto(stage.address + path.replace("/en/", f"/{language}/", 1))
            tab.wait_for_load_state("networkidle")
            total = tab.evaluate("document.documentElement.scrollHeight")
            tab.set_viewport_size({"width": width, "height": int(min(total, TALLEST / scale))})
            tab.wait_for_load_state("networkidle")
            for i, place in enumerate(tab.locator("[data-map]").all()):  # a map that is not near begins when it is seen
                place.scroll_into_view_if_needed()
                tab.locator("[data-map][data-state]").nth(i).wait_for(state="attached")
            tab.evaluate("window.scrollTo(0, 0)")
            tab.wait_for_load_state("networkidle")
            tab.wait_for_timeout(700)
            tab.screenshot(path=out / f"{name}--{view}.png")
            count += 1
        context.close()
    return count


def print_pages(browser: Browser, stage: Stage, pages: dict[str, str], out: Path) -> None:
    """Print the page of a city, as a reader would."""
    tab = browser.new_page()
    for name, path in pages.items():
        if name in ("city", "indicator"):
            tab.goto(stage.address + path)
            tab.wait_for_load_state("networkidle")
            tab.pdf(path=out / f"{name}--print.pdf", prefer_css_page_size=True, print_background=True)
    tab.close()


def signed_in(browser: Browser, stage: Stage, name: str, **options: Any) -> BrowserContext:
    """Sign in, and confirm that it is still the same person, so that no page asks for the password instead."""
    context = browser.new_context(reduced_motion="reduce", **options)
    tab = context.new_page()
    for address, fields in (("login", {"login": name, "password": PASSWORD}),
                            ("reauthenticate", {"password": PASSWORD})):
        tab.goto(f"{stage.address}/en/account/{address}/")
        for field, text in fields.items():
            tab.fill(f"input[name={field}]", text)
        tab.click("main button[type=submit]")
        tab.wait_for_load_state("networkidle")
        if address in tab.url:
            raise RuntimeError(f"{name} was not let in at {tab.url}")
    tab.close()
    return context


def kinds_inside(stage: Stage, cookies: list) -> dict[str, str]:
    """Give an address of every kind of page that somebody who is signed in sees, the confirmation among them."""
    text = "; ".join(f"{c['name']}={c['value']}" for c in cookies)
    return (kinds(stage, cookies=text) | workspaces(stage, text)
            | {"account_reauthenticate": "/en/account/reauthenticate/"})


def surveyed(packages: list[Path]) -> dict[str, str]:
    """Give the address of a city of which a survey tells, if there is one; the others say less."""
    for folder in packages:
        if (folder / "survey.json").is_file():
            place = json.loads((folder / "datapackage.json").read_text("utf-8"))["ekistics"]["place"]
            return {"city-surveyed": f"/en/cities/{place}/"}
    return {}


def inner_pages(browser: Browser, stage: Stage, public: set[str], out: Path) -> dict[str, str]:
    """Photograph the pages that only somebody who is signed in sees, and give their addresses."""
    context = signed_in(browser, stage, "administrator")
    cookies = context.cookies()
    context.close()
    inside = {name: path for name, path in kinds_inside(stage, cookies).items() if name not in public}
    photograph(browser, stage, inside, out / "work", cookies=cookies)
    return inside


def main() -> int:
    """Photograph a site made of some packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/pictures/site"))
    parser.add_argument("--home", type=Path, help="a site that is there already")
    parser.add_argument("--page", nargs="+", default=[], metavar="NAME=ADDRESS", help="these pages and no others")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is needed.")
    shutil.rmtree(given.out, ignore_errors=True)
    (given.out / "work").mkdir(parents=True)
    with staged([p.resolve() for p in given.packages], home=given.home) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        os.environ.update(environment(stage.home))
        django.setup()
        pages = dict(each.split("=", 1) for each in given.page) or kinds(stage) | surveyed(given.packages)
        count = photograph(browser, stage, pages, given.out)
        print_pages(browser, stage, pages, given.out)
        inside = {} if given.page else inner_pages(browser, stage, set(pages), given.out)
        count += len(inside) * len(VIEWS)
        browser.close()
    sys.stdout.write(f"{given.out}: {count} pictures of {len(pages)} public and {len(inside)} inner pages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
