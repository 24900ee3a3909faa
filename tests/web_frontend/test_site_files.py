"""The files of the site: how heavy they are, and what they do in a browser under the site's own policy."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import geopandas
import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from shapely.geometry import box

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "src" / "ekistics" / "web" / "static" / "site"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# As in the settings of the site.
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
          "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'")
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
         ".json": "application/json", ".woff2": "font/woff2"}
WORDS = {name: name for name in (
    "layers", "close", "zoom_in", "zoom_out", "whole", "map_label", "disclaimer", "no_data", "show_on_map", "sort",
    "sorted_up", "sorted_down", "copied", "not_copied", "no_chart", "map_failed", "no_map", "open", "earlier", "later",
    "period", "world_label")}


def packed(*names: str) -> int:
    return sum(len(gzip.compress((SITE / name).read_bytes(), 9)) for name in names)


def test_script_of_every_page_is_small():
    assert packed("site.js", "early.js") < 25_000
    parts = re.findall(r'from"\./(part-[\w-]+\.js)"', (SITE / "site.js").read_text(encoding="utf-8"))
    assert packed("site.js", "early.js", *parts) < 25_000


def test_first_page_leaves_room_for_its_text():
    fonts = [f"fonts/noto-sans-latin-{weight}-normal.woff2" for weight in (400, 600)]
    accents = [f"fonts/noto-sans-latin-a-{weight}-normal.woff2" for weight in (400, 600)]
    arabic = [f"fonts/noto-sans-arabic-letters-{weight}-normal.woff2" for weight in (400, 600)]
    cyrillic = [f"fonts/noto-sans-cyrillic-{weight}-normal.woff2" for weight in (400, 600)]
    assert packed("site.js", "early.js", "site.css", *fonts, *accents, *arabic, *cyrillic) < 100_000
    assert packed("site.js", "early.js", "site.css", "fonts-zh.css", *fonts) < 100_000


def test_compressed_copies_are_the_same_text():
    for name in ("site.js", "site.css", "world-110.json", "map-worker.js"):
        assert gzip.decompress((SITE / f"{name}.gz").read_bytes()) == (SITE / name).read_bytes()
        assert (SITE / f"{name}.br").stat().st_size < (SITE / name).stat().st_size / 2


def covered(piece: str) -> set[int]:
    """Give the characters that the style asks a piece of a font for."""
    style = (SITE / "site.css").read_text(encoding="utf-8")
    rule = re.search(rf"{piece}-400-normal[^}}]*unicode-range:([^;}}]+)", style)
    assert rule, piece
    found: set[int] = set()
    for part in rule[1].split(","):
        first, _, last = part.strip().removeprefix("U+").partition("-")
        found.update(range(int(first.replace("?", "0"), 16), int((last or first).replace("?", "F"), 16) + 1))
    return found


@pytest.mark.parametrize(("small", "large", "letter"), [("noto-sans-latin-a", "noto-sans-latin-ext", "ş"),
                                                        ("arabic-letters", "arabic-arabic", "ش")])
def test_letter_cut_out_of_a_piece_is_asked_of_one_file_only(small, large, letter):
    assert ord(letter) in covered(small)
    assert not covered(small) & covered(large)


def test_shapes_of_the_world_stay_on_the_sheet():
    for name in ("world-110.json", "world-50.json"):
        parts = {f["properties"]["part"]: f for f in json.loads((SITE / name).read_text(encoding="utf-8"))["features"]}
        for polygon in parts["land"]["geometry"]["coordinates"]:
            for ring in polygon:
                steps = [abs(a[0] - b[0]) for a, b in zip(ring, ring[1:], strict=False) if min(a[1], b[1]) > -80]
                assert max(steps, default=0) < 90  # no line from one edge of the sheet to the other
        dashed = parts["disputed"]["geometry"]["coordinates"]
        crimea = [line for line in dashed if all(32 < x < 36 and 45 < y < 46.3 for x, y in line)]
        assert (name == "world-110.json") or crimea
        assert any(all(-18 < x < -8 and 20 < y < 28.5 for x, y in line) for line in dashed)  # Western Sahara


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """Write one page with every kind of map, a chart and a table."""
    folder = tmp_path_factory.mktemp("site")
    cells = [box(x / 100, y / 100, (x + 1) / 100, (y + 1) / 100) for x in range(4) for y in range(4)]
    for period in ("1990", "2020"):
        frame = geopandas.GeoDataFrame({"c": [i % 3 for i in range(16)]}, geometry=cells, crs=4326)
        frame.to_file(folder / f"{period}.pmtiles", driver="PMTiles", layer="cells", engine="pyogrio", MINZOOM=6,
                      MAXZOOM=10)
    names = {"accra": ("أكرا", -0.2, 5.6), "istanbul": ("İstanbul", 29.0, 41.0), "lima": ("Lima", -77.0, -12.0)}
    save(folder / "cities.json", {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]},
         "properties": {"id": key, "name": name, "href": f"/{key}", "value": "58 %", "period": "2020"}}
        for key, (name, x, y) in names.items()]})
    classes = [{"title": t, "day": "#f7dd83", "night": "#1d3f6e", "mark": "fill"} for t in ("few", "some", "many")]
    save(folder / "layers.json", {"place": "Accra", "bounds": [0, 0, 0.04, 0.04], "layers": [
        {"code": f"b{p}", "title": "Built", "kind": "pmtiles", "url": f"/{p}.pmtiles", "source_layer": "cells",
         "group": "Built-up land", "period": p, "classes": classes} for p in ("1990", "2020")]})
    areas = json.loads(geopandas.GeoDataFrame({"id": ["a", "b"], "name": ["North", "South"]}, geometry=cells[:2],
                                              crs=4326).to_json())
    for feature, klass in zip(areas["features"], (1, None), strict=True):
        feature["properties"]["class"] = klass
    save(folder / "areas.json", {"title": "Near a park", "classes": classes, "features": areas})
    save(folder / "spec.json", {"data": {"values": [{"t": f"{y}-01-01", "v": y - 1980} for y in (1990, 2000, 2010)]},
                                "mark": "line", "encoding": {"x": {"field": "t", "type": "temporal"},
                                                             "y": {"field": "v", "type": "quantitative"}}})
    (folder / "page.html").write_text(PAGE.replace("WORDS", json.dumps(WORDS)), encoding="utf-8")
    return folder


def save(path: Path, content: object) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


PAGE = """<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>Page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/site.css">
<script src="/static/early.js"></script><script type="module" src="/static/site.js"></script></head><body>
<header class="site"><p class="name"><a href="/">Ekistics</a></p><label class="theme" data-needs-script hidden>Colours
<select data-theme-switch><option value="">System</option><option value="dark">Dark</option></select></label></header>
<main id="main"><h1>Page</h1>
<figure class="map"><div class="stage" data-map="world" data-source="/cities.json" data-alt="World"></div>
<div class="beside"><ul><li><a href="/accra" data-id="accra">Accra</a></li><li><a href="/x" data-id="x">X</a></li></ul>
</div></figure>
<figure class="map"><div class="stage" data-map="city" data-source="/layers.json" data-alt="City"></div></figure>
<figure class="map"><div class="stage" data-map="areas" data-source="/areas.json" data-alt="Areas"></div></figure>
<figure class="chart"><figcaption><h2>Chart</h2></figcaption>
<div class="plot" data-chart data-spec="/spec.json" data-alt="A line that rises"></div></figure>
<div class="scroller" tabindex="0" role="region" aria-label="Table"><table data-sortable><thead><tr>
<th scope="col">City</th><th scope="col" class="num">Value</th></tr></thead><tbody>
<tr><th scope="row">A</th><td class="num" data-sort="2">2</td></tr>
<tr><th scope="row">B</th><td class="num" data-sort="1">1</td></tr></tbody></table></div>
</main><footer class="site"><p>Foot</p></footer>
<script type="application/json" id="labels">WORDS</script></body></html>"""


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


def answer(folder: Path, route: Route) -> None:
    """Answer as the site does: its files with its policy, and ranges of a file."""
    path = urlsplit(route.request.url).path
    file = SITE / path.removeprefix("/static/") if path.startswith("/static/") else folder / path[1:]
    if not file.is_file():
        return route.fulfill(status=404, body="")
    body, status, headers = file.read_bytes(), 200, {"content-security-policy": POLICY}
    asked = re.match(r"bytes=(\d+)-(\d+)", route.request.headers.get("range", ""))
    if asked:
        first, last = int(asked[1]), min(int(asked[2]), len(body) - 1)
        headers["content-range"] = f"bytes {first}-{last}/{len(body)}"
        body, status = body[first:last + 1], 206
    headers["content-type"] = KINDS.get(file.suffix, "application/octet-stream")
    return route.fulfill(status=status, body=body, headers=headers)


def opened(browser: Browser, folder: Path, **options) -> tuple[Page, list[str]]:
    context = browser.new_context(**{"reduced_motion": "reduce", "viewport": {"width": 1280, "height": 900}, **options})
    context.route("http://site.test/**", lambda route: answer(folder, route))
    tab, said = context.new_page(), []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto("http://site.test/page.html")
    return tab, said


@pytest.fixture(scope="module")
def live(browser, demo) -> tuple[Page, list[str]]:
    tab, said = opened(browser, demo)
    for place in tab.locator("[data-map], [data-chart]").all():
        place.scroll_into_view_if_needed()
        tab.wait_for_function("place => place.dataset.state", arg=place.element_handle(), timeout=60_000)
    return tab, said


@pytest.mark.network  # the browser is driven through sockets of this machine; the page's requests are answered here
@pytest.mark.browser
class TestPage:
    def test_everything_runs_under_the_policy(self, live):
        tab, said = live
        states = tab.locator("[data-map], [data-chart]").evaluate_all("all => all.map(one => one.dataset.state)")
        assert states == ["live"] * 4
        assert said == []
        assert tab.locator(".plot svg[role=img]").get_attribute("aria-label") == "A line that rises"

    def test_list_shows_the_card_and_escape_gives_the_focus_back(self, live):
        tab, _ = live
        buttons = tab.locator("[data-map=world] ~ .beside .locate")
        assert buttons.count() == 1  # only for what is on the map
        buttons.click()
        card = tab.locator("[data-map=world] .popup")
        assert card.get_by_role("link").first.get_attribute("href") == "/accra"
        assert "58 %" in card.inner_text()
        tab.keyboard.press("Escape")
        assert card.count() == 0
        assert tab.evaluate("document.activeElement.className") == "locate"

    def test_years_change_by_button_and_by_slider(self, live):
        tab, _ = live
        times = tab.locator(".times")
        assert times.locator("output").inner_text() == "2020"
        times.get_by_role("button", name="earlier").click()
        assert times.locator("output").inner_text() == "1990"
        assert times.get_by_role("button", name="earlier").is_disabled()
        times.locator("input").press("End")
        assert times.locator("input").get_attribute("aria-valuetext") == "2020"

    def test_absent_class_is_in_the_legend(self, live):
        tab, _ = live
        assert tab.locator("[data-map=areas] ~ .beside .legend li").all_inner_texts() == ["few", "some", "many",
                                                                                         "no_data"]

    def test_table_sorts(self, live):
        tab, _ = live
        tab.locator("th.num button").click()
        assert tab.locator("tbody th").all_inner_texts() == ["B", "A"]

    def test_axe_finds_nothing(self, browser, demo):
        tab, _ = opened(browser, demo, bypass_csp=True, viewport={"width": 360, "height": 800}, color_scheme="dark")
        tab.wait_for_function("document.querySelector('[data-map=world]').dataset.state", timeout=60_000)
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
        assert tab.evaluate("document.documentElement.scrollWidth") == 360

    def test_chosen_night_comes_before_the_first_paint_of_the_next_page(self, browser, demo):
        tab, _ = opened(browser, demo, color_scheme="light")
        tab.locator("[data-theme-switch]").select_option("dark")
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 24, 31)"
        tab.reload()
        assert tab.locator("html").get_attribute("data-theme") == "dark"
        tab.emulate_media(media="print")
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"

    def test_without_a_source_the_list_stays_and_a_line_says_so(self, browser, demo):
        tab, _ = opened(browser, demo)
        tab.context.route("**/cities.json", lambda route: route.fulfill(status=404, body=""))
        tab.reload()
        tab.wait_for_selector("[data-map=world][data-state=failed]", timeout=60_000)
        assert tab.locator("[data-map=world]").inner_text() == "map_failed"
        assert tab.get_by_role("link", name="Accra").is_visible()

    def test_without_webgl_a_line_says_so(self, browser, demo):
        tab, _ = opened(browser, demo)
        tab.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        tab.reload()
        tab.wait_for_selector("[data-map=world][data-state=failed]", timeout=60_000)
        assert tab.locator("[data-map=world]").inner_text() == "no_map"

    def test_without_script_the_list_is_there(self, browser, demo):
        tab, _ = opened(browser, demo, java_script_enabled=False)
        assert tab.get_by_role("link", name="Accra").is_visible()
        assert not tab.locator(".theme").is_visible()
