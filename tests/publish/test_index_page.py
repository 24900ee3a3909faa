"""The live page of an index in a real browser: a change and its time, links, keyboard, axe, print, no script."""

import csv
import io
import json
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ekistics.core.errors import InputFormatError
from ekistics.publish.index_page import form_text, index_html
from tests.publish import indices

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]
MOST_MS, ROUNDS = 300, 4
CITIES, ITEMS = 1000, 60
READY, DONE = "[data-index][data-ready]", "[data-index][data-intervals=ready]"
ANSWERS = "performance.getEntriesByName('index-answer').length"

pytestmark = [pytest.mark.network, pytest.mark.browser]  # the browser is driven through sockets of this machine


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def large() -> dict:
    return indices.live(CITIES)


@pytest.fixture(scope="module")
def files(large, tmp_path_factory) -> dict[str, Path]:
    """Give pages on disk: a thousand cities, forty with holes in English and Arabic."""
    folder = tmp_path_factory.mktemp("index")
    small = indices.live(40, missing=0.12)
    whole = {"large": index_html(large), "small": index_html(small), "arabic": index_html(small, language="ar")}
    for name, content in whole.items():
        (folder / f"{name}.html").write_bytes(content)
    return {name: folder / f"{name}.html" for name in whole}


@pytest.fixture(autouse=True)
def closed(browser: Browser) -> Iterator[None]:
    """Close what a test opened: pages go on drawing weights, and later tests would wait for them."""
    yield
    for context in browser.contexts:
        context.close()


def opened(browser: Browser, path: Path, *, at: str = "", **options) -> Page:
    context = browser.new_context(**{"reduced_motion": "reduce", "viewport": {"width": 1280, "height": 900}, **options})
    tab = context.new_page()
    tab.goto(path.as_uri() + at)
    tab.wait_for_selector(READY)
    return tab


def until(tab: Page, condition: str) -> None:
    """Wait for something on the page; its policy forbids what Playwright's own waiting does."""
    for _turn in range(600):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(25)
    raise AssertionError(condition)


def slide(tab: Page, part: str, share: float) -> None:
    """Move a slider, and wait until the answer has been drawn."""
    before = tab.evaluate(ANSWERS)
    tab.evaluate("""([part, share]) => {
        const slider = document.querySelector(`input[type=range][aria-label$="${part}"]`);
        slider.value = share; slider.dispatchEvent(new Event("input", { bubbles: true })); }""", [part, str(share)])
    until(tab, f"{ANSWERS} > {before}")


def ranks_of(tab: Page) -> list[str]:
    return tab.locator(".ranking tbody th button").all_inner_texts()


def axe(tab: Page) -> list[str]:
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
                         "'best-practice']})")
    return [f"{v['id']}: {n['html'][:120]} {n['failureSummary'][:200]}"
            for v in found["violations"] for n in v["nodes"]]


def changed(tab: Page) -> list[float]:
    """Change a weight eight times and the standardisation four times; give the time of each answer in milliseconds."""
    before = tab.evaluate(ANSWERS)
    for turn in range(8):
        slide(tab, "Part 0", 15 + 9 * turn)
    for scale in ("min-max", "z-score", "percentile-rank", ""):
        had = tab.evaluate(ANSWERS)
        tab.locator("select").nth(1).select_option(scale)
        until(tab, f"{ANSWERS} > {had}")
    return tab.evaluate("performance.getEntriesByName('index-answer').map((each) => each.duration)")[before:]


def test_a_change_is_answered_in_time_at_a_thousand_cities(browser, files):
    tab = opened(browser, files["large"])
    first = ranks_of(tab)
    rounds = [changed(tab) for _round in range(ROUNDS)]
    assert [len(times) for times in rounds] == [12] * ROUNDS
    quiet = min(rounds, key=max)  # whatever else runs on the machine only adds to a time
    print(f"SHOWN a change on the live page of {CITIES} cities and {ITEMS} items: {statistics.median(quiet):.0f} ms to "
          f"new ranks on the screen, at most {max(quiet):.0f} ms in 12 changes, the quietest of {ROUNDS} rounds "
          f"(allowed: {MOST_MS} ms)")
    assert ranks_of(tab) != first
    assert max(quiet) <= MOST_MS


def test_the_page_finds_its_own_scores_equal_to_the_published_ones(browser, files, large):
    tab = opened(browser, files["large"])
    assert float(tab.get_attribute("[data-index]", "data-check")) < 1e-9
    names = {unit["name"]: rank for unit, rank in zip(large["units"], large["check"]["ranks"], strict=True)}
    assert [names[name] for name in ranks_of(tab)] == sorted(names[name] for name in ranks_of(tab))
    assert names[ranks_of(tab)[0]] == 1


def test_the_page_says_so_where_its_scores_differ(browser, tmp_path):
    other = indices.live(12)
    row = next(row for row in other["check"]["scores"] if row[-1] is not None)
    row[-1] += 0.01
    (tmp_path / "other.html").write_bytes(index_html(other))
    tab = opened(browser, tmp_path / "other.html")
    assert "differs from the published scores" in tab.locator("[data-part=check]").inner_text()


def test_a_link_keeps_the_state_and_a_broken_one_is_told_and_ignored(browser, files):
    tab = opened(browser, files["small"])
    slide(tab, "Part 0", 55)
    tab.locator("select").nth(2).select_option("harmonic")
    until(tab, "location.hash.includes('t=harmonic')")
    shown, link = ranks_of(tab), tab.locator("#index-link").input_value()
    assert link == tab.evaluate("location.href")
    again = opened(browser, files["small"], at=link[link.index("#"):])
    assert ranks_of(again) == shown
    assert again.locator("select").nth(2).input_value() == "harmonic"
    for broken in ("#w=d0:50", "#w=d0:x,d1:1,d2:1,d3:1", "#w=d0:0,d1:0,d2:0,d3:0", "#s=fuzzy", "#c=nobody", "#t=mpi",
                   "#%E0%A4%A", "#w=%E0%A4:1", "#__proto__=1"):
        tab = opened(browser, files["small"], at=broken)
        assert "left out" in tab.locator("[data-part=trouble]").inner_text(), broken
        assert "as published" in tab.locator(".ranking tbody tr").first.inner_text()
        tab.context.close()


def test_choices_of_a_scale_say_the_ends_that_are_computed_with(browser, tmp_path):
    ranged = indices.live(12, missing=0.0, scenario={
        "standardise": {"method": "min-max", "lower": 1, "upper": 99}, "aggregate": {"method": "geometric"}})
    ranged["variants"] = [{"code": "z", "title": "By distance", "scenario": ranged["scenario"] | {
        "standardise": {"method": "z-score", "mean": 0, "sd": 1}, "aggregate": {"method": "arithmetic"}}}]
    (tmp_path / "ranged.html").write_bytes(index_html(ranged))
    tab = opened(browser, tmp_path / "ranged.html")
    scale = tab.locator("select").nth(1)
    said = {each.get_attribute("value"): each.text_content() for each in scale.locator("option").all()}
    assert said[""] == "As in the index: worst city 1, best city 99"
    assert said["z-score"] == "distance from the mean (mean 50, spread 10)"
    tab.locator("select").first.select_option("z")
    until(tab, "document.querySelectorAll('select')[1].options[0].textContent.includes('(mean 0, spread 1)')")
    assert "worst city 0, best city 100" in scale.locator("option[value='min-max']").text_content()


def test_shares_stay_a_hundred_and_the_others_keep_their_proportions(browser, files):
    tab = opened(browser, files["small"])
    slide(tab, "Part 0", 100)
    slide(tab, "Part 0", 40)
    shares = [float(field.input_value()) for field in tab.locator(".weights > div input[type=number]").all()]
    assert shares[0] == 40
    assert sum(shares) == pytest.approx(100, abs=0.15)
    assert shares[2] / shares[1] == pytest.approx(3 / 2, rel=0.01)  # as published: 2, 3 and 4


def test_the_explanation_adds_up_to_the_distance_from_a_typical_city(browser, files):
    for choice in ("arithmetic", "geometric", "harmonic"):
        tab = opened(browser, files["small"], at=f"#t={choice}")
        told = tab.locator("[data-part=city]").inner_text().replace("\u2212", "-")
        size, direction = re.search(r"this one has ([\d.]+) (more|less)", told).groups()
        last = tab.locator("[data-part=city] tbody td:last-child").all_inner_texts()
        points = sum(float(text.replace("\u2212", "-")) for text in last if text != "not in the sum")
        assert points == pytest.approx(float(size) * (1 if direction == "more" else -1), abs=0.21)  # rounded parts


def test_what_cannot_be_computed_is_told_and_what_was_shown_stays(browser, tmp_path):
    flat = indices.live(12, missing=0.0)
    for row in flat["values"]:
        row[0] = 50.0
    flat["check"] = indices.live(12, missing=0.0)["check"]
    (tmp_path / "flat.html").write_bytes(index_html(flat))
    tab = opened(browser, tmp_path / "flat.html")
    before = ranks_of(tab)
    tab.locator("select").nth(1).select_option("min-max")
    until(tab, "document.querySelector('[data-part=trouble]').textContent !== ''")
    assert "Item d0s0i0 does not tell one city from another" in tab.locator("[data-part=trouble]").inner_text()
    assert ranks_of(tab) == before
    assert tab.locator("select").nth(1).input_value() == ""


def test_incomplete_cities_stand_apart_with_their_coverage_and_no_rank(browser, files):
    tab = opened(browser, files["small"])
    apart = tab.locator("tr[data-unit]").all_text_contents()
    assert apart
    names = {text.strip().split("\n")[0] for text in apart}
    assert not {name for name in ranks_of(tab) if any(each.startswith(name) for each in names)}
    code = tab.locator("tr[data-unit]").first.get_attribute("data-unit")
    tab = opened(browser, files["small"], at=f"#c={code}")
    said = tab.locator("[data-part=city]").inner_text()
    assert re.search(r"No rank: [\d.]+.% of the index, by weight, is known", said)
    assert "Not measured" in said


def test_a_city_is_found_by_keyboard_and_its_rank_is_said(browser, files):
    tab = opened(browser, files["small"])
    tab.locator("#find-city").focus()
    tab.keyboard.type("0016")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('[data-part=told]').textContent.startsWith('City 0016')")
    assert tab.locator("[data-part=told]").get_attribute("role") == "status"
    assert tab.locator("tr.own th button").inner_text() == "City 0016"
    slider = tab.locator("input[type=range]").first
    slider.focus()
    slider.press("ArrowRight")
    until(tab, f"{ANSWERS} > 1")
    assert float(tab.locator("input[type=number]").first.input_value()) == 10.5


def test_every_control_is_reached_by_keyboard_and_shows_it(browser, files):
    tab = opened(browser, files["small"])
    tab.wait_for_selector(DONE)  # which draws the ranking anew
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true; scrollTo(0, 0)")
    wanted = tab.evaluate("""() => { let n = 0;
        for (const e of document.querySelectorAll('a[href],button,input,select,summary,[tabindex="0"]')) {
          if (e.checkVisibility({visibilityProperty: true}) && !e.disabled) e.dataset.stop = n++; } return n; }""")
    seen, unseen = set(), []
    for _step in range(wanted + 3):
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


@pytest.mark.parametrize("name", ["small", "arabic"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, files, name, width, scheme):
    tab = opened(browser, files[name], at="#t=harmonic&c=C0003", viewport={"width": width, "height": 800},
                 color_scheme=scheme)
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    found = axe(tab)
    print(f"SHOWN axe on the live page, {name}, {width} px, {scheme}: {len(found)} violations")
    assert found == []
    assert tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert tab.evaluate("document.documentElement.dir") == ("rtl" if name == "arabic" else "ltr")


def test_the_page_asks_for_nothing_and_complains_of_nothing(browser, files):
    tab = browser.new_context(offline=True).new_page()
    asked, said = [], []
    tab.on("request", lambda r: asked.append(r.url))
    tab.on("console", lambda m: said.append(m.text))
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.goto(files["small"].as_uri())
    tab.wait_for_selector(DONE)
    assert [u for u in asked if not u.startswith(("data:", "blob:")) and u != files["small"].as_uri()] == []
    assert said == []


def test_without_its_script_the_page_has_the_published_ranks(browser, files, large):
    tab = browser.new_context(java_script_enabled=False).new_page()
    tab.goto(files["large"].as_uri())
    rows = tab.locator("[data-published] tbody tr")
    assert rows.count() == sum(rank is not None for rank in large["check"]["ranks"])
    assert rows.first.locator("td").first.inner_text() == "1"
    assert tab.locator("[data-part=tools]").is_hidden()
    assert "switched off here" in tab.locator("noscript").inner_text()


def test_doubtful_benchmarks_are_marked_beside_their_item_with_the_note(browser, files):
    tab = opened(browser, files["small"])
    row = tab.locator(".made tr", has_text="Item d0s0i3")
    assert "doubtful" in row.inner_text()
    assert "The source contradicts itself." in row.inner_text()
    assert tab.locator(".made .doubtful").count() == 1


def test_paper_gets_every_city_and_no_controls(browser, files, large):
    tab = opened(browser, files["large"])
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(".ranking tbody tr").count() == sum(rank is not None for rank in large["check"]["ranks"])
    assert tab.locator(".tools").is_hidden()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".ranking tbody tr").count() == 25


@pytest.mark.parametrize("name", ["small", "arabic"])
def test_values_of_items_stand_beside_their_unit_and_the_table_fits_paper(browser, files, name):
    tab = opened(browser, files[name], viewport={"width": 672, "height": 900})  # A4 less its margins
    values = tab.locator(".made td.num[data-item]").all_inner_texts()
    assert values
    assert [v for v in values if not re.fullmatch(r"\u2066?\u2212?[\d,.]+\u2069?", v)] == []
    tab.emulate_media(media="print")
    assert tab.evaluate("""() => { const table = document.querySelector(".made");
        return table.scrollWidth - table.closest(".scroller").clientWidth; }""") <= 0


def test_a_ranking_of_one_page_has_no_buttons_that_turn_it(browser, tmp_path):
    page = tmp_path / "few.html"
    page.write_bytes(index_html(indices.live(15, missing=0)))
    tab = opened(browser, page)
    assert tab.locator(".ranking tbody tr").count() == 15
    assert tab.locator(".ranking .pages").is_hidden()


def test_the_table_of_the_state_has_every_city(browser, files):
    tab = opened(browser, files["small"], at="#t=harmonic")
    tab.wait_for_selector(DONE)
    with tab.expect_download() as waited:
        tab.get_by_role("button", name="Download all cities as CSV").click()
    rows = list(csv.DictReader(io.StringIO(waited.value.path().read_text(encoding="utf-8-sig"))))
    assert len(rows) == 40
    ranked = [row for row in rows if row["rank"]]
    assert [row["name"] for row in ranked[:25]] == ranks_of(tab)[:25]
    assert all(float(row["rank_low"]) <= float(row["rank_high"]) for row in ranked)
    assert all(not row["score"] and float(row["coverage"]) < 1 for row in rows if not row["rank"])


def test_texts_of_others_are_shown_as_text(browser, tmp_path):
    sly = indices.live(12)
    sly["units"][0]["name"] = "</script><img src=x onerror=alert(1)>"
    sly["items"][0]["title"] = "<b>bold</b>"
    (tmp_path / "sly.html").write_bytes(index_html(sly))
    tab = opened(browser, tmp_path / "sly.html", at="#c=C0000")
    assert tab.locator("img, b").count() == 0
    assert tab.locator("#chosen-city").inner_text().startswith("</script>")


def test_another_format_is_refused():
    with pytest.raises(InputFormatError, match="another format"):
        index_html({"format": 2})


@pytest.mark.parametrize(("form", "words"), [
    (None, "no fixed benchmarks; cities are compared with each other"),
    ({"kind": "log", "low": 2, "high": 90}, "0 at 2, 100 at 90, by the logarithm"),
    ({"kind": "target", "target": 15000}, "100 at 15,000, less to either side"),
    ({"kind": "one-sided", "target": 4.5, "side": "below"}, "100 up to 4.5, less above"),
    ({"kind": "direct", "inverse": True}, "100 less the percentage"),
    ({"kind": "checklist", "points": 10}, "share of 10 points")])
def test_forms_are_told_in_words(form, words):
    assert form_text({"form": form}, language="en") == words


def test_the_page_is_small_beside_its_numbers(large):
    assert len(index_html(large)) - len(json.dumps(large)) < 700_000
