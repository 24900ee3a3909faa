"""The live page of an index on a real site: it answers under its policy, by day and night, in Arabic, on a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from ekistics.jobs.index import build_index
from tests.web.test_browser import faults, watched
from tests.web.test_index_site import ROOT, table
from tools.make_pictures import CHROMIUM
from tools.stage import Stage, staged

pytestmark = [pytest.mark.network, pytest.mark.browser]


@pytest.fixture(scope="module")
def site(chromium, tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("index")
    values = table(folder / "values.csv", ("GHA", "KEN"))
    build_index(str(ROOT / "examples/index/centres.toml"), values, folder / "made", time_period="2020")
    with staged([folder / "made"], people=False, worker=False) as stage:
        yield stage


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(chromium), args=CHROMIUM)
        yield started
        started.close()


def opened(browser: Browser, site: Stage, path: str, **options):
    tab, said = watched(browser.new_context(reduced_motion="reduce", **options), site)
    tab.goto(site.address + path)
    tab.wait_for_selector("[data-index][data-intervals=ready]")
    return tab, said


def test_a_change_is_answered_and_kept_in_the_link(browser, site):
    tab, said = opened(browser, site, "/en/index/sparing_land/")
    before = tab.locator(".ranking tbody th button").all_inner_texts()
    assert len(before) == 11
    assert float(tab.get_attribute("[data-index]", "data-check")) < 1e-9
    slider = tab.locator("input[type=range]").first
    slider.focus()
    slider.press("End")
    tab.wait_for_url(re.compile("#."))  # of few cities the intervals are there within a frame
    tab.wait_for_selector("[data-index][data-intervals=ready]")
    after = tab.locator(".ranking tbody th button").all_inner_texts()
    assert after != before
    again, more = opened(browser, site, tab.evaluate("location.pathname + location.hash"))
    assert again.locator(".ranking tbody th button").all_inner_texts() == after
    assert said == more == []


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, site, language, width, scheme):
    tab, said = opened(browser, site, f"/{language}/index/sparing_land/", viewport={"width": width, "height": 800},
                       color_scheme=scheme)
    tab.evaluate("for (const d of document.querySelectorAll('details:not(.menu)')) d.open = true")
    assert faults(tab) == []
    assert said == []
    assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_without_script_the_ranks_are_a_table(browser, site):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(site.address + "/en/index/sparing_land/")
    assert tab.locator("[data-published] tbody tr").count() == 11
