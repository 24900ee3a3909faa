"""The page in a real browser: no request, axe, keyboard, 360 px, 200 %, print, and without its script."""

import gettext
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ekistics.core.i18n import use_language
from ekistics.publish import compose, page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
LIVE = "html[data-map=live]"

pytestmark = pytest.mark.network  # the browser is driven through sockets of this machine; the page itself has none


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def page_file(html, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "profile.html"
    path.write_bytes(html)
    return path


@pytest.fixture(scope="module")
def live(browser, page_file) -> Page:
    """Give one page with its map running, for the tests that leave it as they found it."""
    return opened(browser, page_file, live=True, viewport={"width": 1280, "height": 900}, color_scheme="light")


def opened(browser: Browser, page_file: Path, *, live: bool = False, **options) -> Page:
    tab = browser.new_context(**{"reduced_motion": "reduce", **options}).new_page()
    tab.goto(page_file.as_uri())
    if live:
        tab.wait_for_selector(LIVE, timeout=60_000)
    return tab


def axe(tab: Page) -> list[str]:
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
                         "'best-practice']})")
    return [f"{v['id']}: {n['html'][:120]} {n['failureSummary'][:200]}"
            for v in found["violations"] for n in v["nodes"]]


def test_the_page_is_one_small_file_that_forbids_the_network(html):
    text = html.decode()
    assert len(html) < 8_000_000
    assert "default-src &#39;none&#39;" in text
    assert not re.findall(r"<(?:script|img|link|iframe|source)[^>]+(?:src|href)=[\"'](?!data:)", text)
    assert "url(http" not in text


def test_the_live_map_starts_from_disk_without_any_request_or_complaint(browser, page_file):
    tab = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
    asked, said = [], []
    tab.on("request", lambda r: asked.append(r.url))
    tab.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.goto(page_file.as_uri())
    tab.wait_for_selector(LIVE, timeout=60_000)
    outside = [u for u in asked if not u.startswith(("data:", "blob:")) and u != page_file.as_uri()]
    assert outside == []
    assert [s for s in said if "GPU stall" not in s and "GL Driver" not in s] == []
    assert tab.locator("#drawn").is_hidden()


def test_axe_finds_nothing_by_day_and_by_night(live):
    live.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert axe(live) == []
    live.emulate_media(color_scheme="dark")
    assert axe(live) == []
    live.emulate_media(color_scheme="light")
    live.evaluate("for (const d of document.querySelectorAll('details')) d.open = false")


def test_every_control_is_reached_by_keyboard_and_shows_it(live):
    tab = live
    tab.evaluate("document.querySelector('details.things').open = true; document.activeElement.blur(); scrollTo(0, 0)")
    tab.locator(".skip").focus()
    tab.keyboard.press("Shift+Tab")
    wanted = tab.evaluate("""() => { let n = 0;
        for (const e of document.querySelectorAll('a[href],button,input,select,summary,[tabindex="0"]')) {
          if (e.checkVisibility({visibilityProperty: true})) e.dataset.stop = n++; } return n; }""")
    seen, unseen = set(), []
    for _step in range(wanted + 5):
        tab.keyboard.press("Tab")
        stop, outline, box = tab.evaluate("""() => { const e = document.activeElement;
            const s = getComputedStyle(e); const r = e.getBoundingClientRect();
            return [e.dataset.stop, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
                    r.width > 0 && r.bottom > 0 && r.top < innerHeight]; }""")
        seen.add(stop)
        if stop is not None and not (outline and box):
            unseen.append(stop)
    assert len(seen - {None}) == wanted
    assert unseen == []


def test_a_choice_from_the_list_opens_a_card_and_escape_brings_back(live):
    tab = live
    tab.evaluate("document.querySelector('details.things').open = false")
    tab.locator(".things summary").press("Enter")
    first = tab.locator(".things li button", has_text="Saltpans")
    first.press("Enter")
    card = tab.locator(".popup")
    assert card.locator("h3").inner_text() == "Saltpans"
    assert "12.7" in card.inner_text()
    assert tab.evaluate("document.activeElement.className") == "close"
    tab.keyboard.press("Escape")
    assert card.count() == 0
    assert tab.evaluate("document.activeElement.textContent") == "Saltpans"


def test_the_list_is_searched_by_name(live):
    tab = live
    tab.evaluate("document.querySelector('details.things').open = true")
    tab.locator(".things select").select_option("stops")
    tab.locator(".things input").fill("stop 17")
    names = tab.locator(".things li").all_inner_texts()
    assert names and all("17" in name for name in names)


def test_layers_are_switched_with_their_legend(live):
    tab = live
    legend = tab.locator(".switch").get_by_text("Urban centre", exact=True)
    assert legend.is_hidden()
    tab.get_by_role("checkbox", name="Degree of Urbanisation, level 2").check()
    assert legend.is_visible()


def test_neighbourhoods_are_sorted_with_absent_values_last(browser, page_file):
    tab = opened(browser, page_file)
    button = tab.locator("#table-neighbourhoods th button", has_text="Built-up area per person")
    button.press("Enter")
    column = "#table-neighbourhoods tbody tr"
    texts = tab.eval_on_selector_all(column, "rows => rows.map(r => r.cells[3].textContent)")
    numbers = [float(t.split()[0]) for t in texts[:-1]]
    assert numbers == sorted(numbers)
    assert texts[-1].startswith("not computed")
    assert tab.locator("th[aria-sort=ascending]").count() == 1


@pytest.mark.parametrize(("width", "scale"), [(360, 2), (640, 2), (768, 1)])
def test_nothing_is_wider_than_the_window(browser, page_file, width, scale):
    tab = opened(browser, page_file, live=width == 360, viewport={"width": width, "height": 700},
                 device_scale_factor=scale)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough_on_a_phone(browser, page_file):
    tab = opened(browser, page_file, live=True, viewport={"width": 360, "height": 700}, has_touch=True)
    small = tab.evaluate("""() => [...document.querySelectorAll('button,summary,nav a,.button,.switch label,select')]
        .filter(e => e.checkVisibility({visibilityProperty: true}))
        .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 90))""")
    assert small == []


def test_without_script_the_drawn_map_and_every_table_are_there(browser, page_file, package):
    tab = opened(browser, page_file, java_script_enabled=False)
    assert tab.locator("#drawn svg").first.is_visible()
    assert tab.locator("#live").is_hidden()
    count = tab.locator("#table-values tbody tr:not(.group)").count()
    assert count == (package.observations["ref_area"] == package.place.code).sum()
    assert tab.locator("a[download]").count() == 2


def test_print_has_every_table_and_map(browser, page_file, tmp_path, package):
    pypdf = pytest.importorskip("pypdf")
    tab = opened(browser, page_file, live=True)
    tab.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "print.pdf").pages)
    flat = re.sub(r"\s+", " ", text)
    for words in ("Neighbourhoods", "Every value of the city", "Sources and licences", "Conformance certificate",
                  "highest in Market, lowest in Saltpans", "Scale in print", "95.5"):
        assert words in flat, words
    assert package.run.id in flat
    assert "Layers" not in flat


def test_downloads_hold_the_observations(browser, page_file, package, tmp_path):
    tab = opened(browser, page_file, java_script_enabled=False)
    for kind in ("csv", "json"):
        with tab.expect_download() as wait:
            tab.locator(f"a[download$=\".{kind}\"]").click()
        path = tmp_path / kind
        wait.value.save_as(path)
        text = path.read_text(encoding="utf-8")
        if kind == "csv":
            assert text == package.observations.to_csv(index=False)
        else:
            assert len(json.loads(text)["rows"]) == len(package.observations)


class Marked(gettext.NullTranslations):
    """A made-up language that puts every translated text between brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"


class Texts(HTMLParser):
    """All texts of a page that people can read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = self.drawn = 0
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "code")
        self.drawn += tag == "text"
        if tag == "text":
            self.found.append("")
        self.found += [v for k, v in attrs if k in ("aria-label", "title", "alt") and v]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "code")
        self.drawn -= tag == "text"

    def handle_data(self, data):
        if self.drawn:
            self.found[-1] += f"{data} "  # a drawn label may stand in several lines
        elif not self.silent:
            self.found.append(data)


def test_no_text_escapes_translation(package, known):
    with use_language(Marked()):
        document = compose._composed(package, known, (), "en")
    reader = Texts()
    reader.feed(page(document).decode())
    outside = [without_marks(text) for text in reader.found]
    words = {w for text in outside for w in re.findall(r"[A-Za-z]{3,}", text)}
    data = " ".join([*(p.name for p in package.places), *(p.code for p in package.places), package.run.id,
                     *(f"{p.name} {p.producer} {p.licence} {p.sha256[:16]}" for p in package.run.inputs),
                     *(str(s.method) for s in known.values()), *(s.source for s in known.values()),
                     *(str(c["source"]) for c in package.certificates), json.dumps(dict(package.run.parameters)),
                     "Ekistics SDG Jun May Nov SHA", " ".join(f"Stop Park {i}" for i in range(3))])
    layers = {"Open", "space", "Streets", "Where", "people", "live", "Stops", "Boundary", "Neighbourhoods"}
    assert words - set(re.findall(r"[A-Za-z]{3,}", data)) - layers == set()


def without_marks(text: str) -> str:
    """Take out what stands between brackets, which may be nested."""
    depth, kept = 0, []
    for letter in text:
        depth += letter == "⟦"
        if depth == 0:
            kept.append(letter)
        depth -= letter == "⟧"
    return "".join(kept)
