"""Every kind of page of a real site in a real browser: axe at three widths, by night, in Arabic, by keyboard alone,
without JavaScript, and without a single complaint or a request to anywhere else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ekistics.package import write_package
from tests.web.nations import documents, framework_document, national_package, sample_document, survey_document
from tests.web.packages import small_package
from tools.make_pictures import CHROMIUM
from tools.make_site_pictures import kinds_inside, signed_in
from tools.stage import Stage, kinds, staged

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "frontend/node_modules/axe-core/axe.min.js")
RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
WIDTHS = {name: {"width": width, "height": height}
          for name, width, height in (("phone", 360, 740), ("tablet", 768, 1024), ("desktop", 1440, 900))}
MAP = re.compile(r"[-/]maps?[-/.]|world|pbf|rtl")

pytestmark = [pytest.mark.network, pytest.mark.browser]


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    for i, name in enumerate(("Avalon", "Boria", "Coria", "Dorne")):
        for year, seed in (("2020", 1), ("2021", 2)):
            write_package(small_package(f"GHA-{name[:3].upper()}", name=name, access=50.0 + 4 * i + seed, seed=seed,
                                        year=year, at=(-1.0 + i, 6.0)), folder / f"{name}-{seed}")
    papers = documents(sample=sample_document(), survey=survey_document(), framework=framework_document())
    write_package(national_package(), folder / "nation", documents=papers)
    return folder


@pytest.fixture(scope="module")
def site(chromium, packages) -> Iterator[Stage]:
    with staged([packages]) as stage:
        yield stage


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(chromium), args=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """Give one address of every kind of public page, found by following the links from the first page."""
    return kinds(site)


def watched(context: BrowserContext, site: Stage) -> tuple[Page, list[str]]:
    """Give a tab that notes every complaint and every request to elsewhere."""
    said: list[str] = []
    tab = context.new_page()
    tab.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") and "GPU stall" not in m.text
           and "GL Driver" not in m.text and "WebGL" not in m.text else None)
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.on("request", lambda r: None if r.url.startswith((site.address, "data:", "blob:")) else said.append(r.url))
    return tab, said


def settle(tab: Page) -> None:
    """Look through the whole page, so that what starts when it is seen has started."""
    tab.evaluate("async () => { for (let y = 0; y < document.body.scrollHeight; y += 600) { window.scrollTo(0, y);"
                 " await new Promise(r => setTimeout(r, 60)); } window.scrollTo(0, 0); }")
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(300)


def faults(tab: Page) -> list[str]:
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    return [f"{v['id']}: {n['html'][:140]} {n['failureSummary'][:200]}"
            for v in found["violations"] for n in v["nodes"]]


def inspect(browser: Browser, site: Stage, addresses: dict[str, str], **options) -> tuple[int, list[str]]:
    context = browser.new_context(reduced_motion="reduce", **options)
    problems: list[str] = []
    for name, path in addresses.items():
        tab, said = watched(context, site)
        tab.goto(site.address + path)
        settle(tab)
        problems += [f"{name} {path}: {fault}" for fault in [*said, *faults(tab)]]
        wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{name} {path}: the page scrolls sideways by {wide} px")
        tab.close()
    context.close()
    return len(addresses), problems


def test_every_kind_of_public_page_is_reached_from_the_first_one(pages) -> None:
    assert {"home", "city", "country", "framework", "indicators", "indicator", "compare", "gaps", "catalogue",
            "releases", "methods", "value"} <= set(pages), sorted(pages)


@pytest.mark.parametrize("width", [pytest.param("tablet", marks=pytest.mark.full), "phone", "desktop"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, site, pages, width) -> None:
    count, problems = inspect(browser, site, pages, viewport=WIDTHS[width])
    print(f"SHOWN axe at the width of a {width}: {len(problems)} violations on {count} kinds of page")
    assert count >= 10 and problems == []


@pytest.mark.full
def test_axe_finds_nothing_by_night(browser, site, pages) -> None:
    _count, problems = inspect(browser, site, pages, viewport={"width": 1280, "height": 900}, color_scheme="dark")
    assert problems == []


@pytest.mark.parametrize("width", [pytest.param("desktop", marks=pytest.mark.full), "phone"])
def test_axe_finds_nothing_in_arabic(browser, site, pages, width) -> None:
    arabic = {name: path.replace("/en/", "/ar/", 1) for name, path in pages.items()}
    _count, problems = inspect(browser, site, arabic, viewport=WIDTHS[width])
    assert problems == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_long_name_among_choices_does_not_widen_the_page(browser, site, pages, language) -> None:
    context = browser.new_context(viewport=WIDTHS["phone"])
    tab = context.new_page()
    for name in ("indicator", "gaps", "compare"):
        tab.goto(site.address + pages[name].replace("/en/", f"/{language}/", 1))
        lists = tab.evaluate("[...document.querySelectorAll('.filters select')].map(list => {"
                             " list.options[list.selectedIndex].text = 'people in urban centres '.repeat(9); }).length")
        wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert lists and wide == 0, (name, wide)
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_menu_and_the_list_stay_within_the_screen(browser, site, language) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 480}, reduced_motion="reduce")
    tab, said = watched(context, site)
    tab.goto(f"{site.address}/{language}/")
    tab.click(".languages summary")
    menu = tab.locator(".languages nav").bounding_box()
    assert menu["x"] >= 0 and menu["x"] + menu["width"] <= 360
    last = tab.locator(".languages li a").last
    last.scroll_into_view_if_needed()
    assert tab.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('li a')?.hreflang", [
        last.bounding_box()["x"] + 4, last.bounding_box()["y"] + 20]) == "zh-Hans"
    beside = tab.locator(".beside").bounding_box()
    assert beside["x"] >= 0 and beside["x"] + beside["width"] <= 360 and beside["height"] <= 480 * 0.56 + 2
    assert said == []
    context.close()


def test_the_map_of_a_sample_begins_around_its_country_and_shows_each_city(browser, site) -> None:
    context = browser.new_context(viewport=WIDTHS["desktop"], reduced_motion="reduce")
    tab, said = watched(context, site)
    tab.goto(f"{site.address}/en/countries/XMU/")
    tab.locator("[data-map]").scroll_into_view_if_needed()
    tab.wait_for_selector("[data-map][data-state=live]")
    words = tab.locator("figure.map .under, figure.map .legend").first.inner_text()
    assert "certain to be in the sample" in words and "not in the sample" in words
    assert said == []
    context.close()


def test_letters_of_arabic_maps_are_drawn_from_left_to_right(browser, site) -> None:
    """A map draws letters one by one: on a canvas from right to left each bracket would be turned round twice."""
    context = browser.new_context(viewport=WIDTHS["desktop"])
    tab, _said = watched(context, site)
    tab.goto(f"{site.address}/ar/")
    tab.wait_for_selector("[data-map][data-state=live]")
    assert tab.evaluate("new OffscreenCanvas(8, 8).getContext('2d').direction") == "ltr"
    context.close()


def test_at_two_hundred_percent_nothing_is_lost(browser, site, pages) -> None:
    _count, problems = inspect(browser, site, pages, viewport={"width": 720, "height": 450}, device_scale_factor=2)
    assert problems == []


def test_without_javascript_every_page_has_its_heading_and_the_tables_of_its_charts(browser, site, pages) -> None:
    context = browser.new_context(java_script_enabled=False)
    for path in pages.values():
        tab = context.new_page()
        tab.goto(site.address + path)
        assert tab.locator("main h1").count() == 1, path
        for figure in tab.locator("figure.chart").all():
            assert figure.locator("table").count() or figure.locator("xpath=following::table").count(), path
        for figure in tab.locator("figure.map").all():
            assert figure.locator(":scope a, :scope table").count() or figure.locator("xpath=following::table").count()
        tab.close()
    context.close()


def test_by_keyboard_alone_every_link_of_the_first_page_is_reached_and_seen(browser, site) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(site.address + "/en/")
    tab.wait_for_load_state("networkidle")
    wanted = tab.evaluate("[...document.querySelectorAll('a[href], button, input, select, summary')]"
                          ".filter(e => e.offsetParent !== null && !e.disabled && e.tabIndex >= 0"
                          " && !(e.closest('details:not([open])') && e.tagName !== 'SUMMARY')).length")
    reached = set()
    for _press in range(wanted + 30):
        tab.keyboard.press("Tab")
        here = tab.evaluate("(() => { const e = document.activeElement; const r = e.getBoundingClientRect();"
                            " const s = getComputedStyle(e); return [[...document.querySelectorAll('*')].indexOf(e),"
                            " e.tagName, r.width > 0 && s.outlineStyle !== 'none']; })()")
        if here[1] == "BODY":
            break
        assert here[2], here
        reached.add(here[0])
    assert len(reached) >= wanted
    context.close()


def folds_open(tab: Page) -> int:
    return tab.locator("main details.fold[open]").count()


def test_a_link_to_an_indicator_or_to_a_table_opens_it_and_paper_shows_all(browser, site, pages) -> None:
    context = browser.new_context(viewport=WIDTHS["phone"], reduced_motion="reduce")
    tab, said = watched(context, site)
    tab.goto(site.address + pages["city"])
    tab.wait_for_selector("html[data-script=ready]")
    assert folds_open(tab) == 0
    all_folds = tab.locator("main details").count()
    assert all_folds > 5
    for anchor, inner in (("sdg_11_2_1", "#sdg_11_2_1 .facts"), ("table-sources", "#table-sources tbody")):
        tab.goto(site.address + pages["city"] + "#" + anchor)
        tab.wait_for_selector("html[data-script=ready]")
        assert tab.locator(inner).first.is_visible(), anchor
        tab.wait_for_timeout(600)
        assert tab.evaluate("id => Math.abs(document.getElementById(id).getBoundingClientRect().top)", anchor) < 120
        tab.goto("about:blank")
    tab.goto(site.address + pages["city"])
    tab.wait_for_selector("html[data-script=ready]")
    tab.locator("#sdg_11_2_1 summary").focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#sdg_11_2_1 .facts").is_visible() and folds_open(tab) == 1
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("main details[open]").count() == all_folds
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folds_open(tab) == 1
    assert said == []
    context.close()


def test_without_javascript_folds_open_by_a_click_and_paper_shows_all(browser, site, pages) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(site.address + pages["city"])
    table = tab.locator("#table-sources")
    assert not table.is_visible()
    tab.emulate_media(media="print")
    assert table.is_visible()
    tab.emulate_media(media="screen")
    tab.locator("details.fold:has(#table-sources) > summary").click()
    assert table.is_visible()
    context.close()


def test_axe_finds_nothing_behind_the_door(browser, site) -> None:
    context = signed_in(browser, site, "administrator", viewport={"width": 1280, "height": 900})
    inside = kinds_inside(site, context.cookies())
    assert {"work", "people", "tokens", "audit", "upload", "work-edition"} <= set(inside), sorted(inside)
    workspaces = {f"workspace-sample-{part}" for part in ("design", "balance", "estimates", "cities", "withheld")}
    assert workspaces <= set(inside), sorted(inside)
    problems = []
    for name, path in inside.items():
        tab, said = watched(context, site)
        tab.goto(site.address + path)
        settle(tab)
        problems += [f"{name} {path}: {fault}" for fault in [*said, *faults(tab)]]
        if "/reauthenticate/" in tab.url and "/reauthenticate/" not in path:
            problems.append(f"{name} {path}: it asks for the password, and the page itself is not looked at")
        tab.close()
    context.close()
    print(f"SHOWN axe behind the door: {len(problems)} violations on {len(inside)} kinds of page")
    assert problems == []


def test_first_page_is_light(browser, site) -> None:
    """At most 150 KB compressed without the map: the page, its style, script and the fonts that it needs."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    sizes: dict[str, int] = {}
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    asked: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: asked.__setitem__(e["requestId"], e["response"]["url"]))
    session.on("Network.loadingFinished", lambda e: sizes.__setitem__(asked.get(e["requestId"], "?"),
                                                                      int(e["encodedDataLength"])))
    tab.goto(site.address + "/en/")
    tab.wait_for_load_state("networkidle")
    light = {url: size for url, size in sizes.items() if not MAP.search(url.split("/", 3)[-1])}
    print(f"SHOWN first page without the map: {sum(light.values()) / 1000:.1f} KB compressed")
    assert sum(light.values()) <= 150_000, light
    context.close()
