"""The content behind page and PDF: what stands first, what a card says, and how absence is said."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from ekistics.core.i18n import use_language
from ekistics.core.observation import observations
from ekistics.indicators.registry import specs
from ekistics.package import ProfilePackage
from ekistics.publish import compose_profile
from ekistics.publish.figures import listed, newest_rows, numbered
from ekistics.publish.method import ROLES, flattened, sentence
from ekistics.publish.parameter_words import meaning
from ekistics.publish.story import headline
from tests.publish.reports import sampled


@pytest.fixture(scope="module")
def document(package, known):
    return compose_profile(package, known)


def only(package: ProfilePackage, keep) -> ProfilePackage:
    return dataclasses.replace(package, observations=package.observations[keep].reset_index(drop=True))


def test_the_sentence_names_the_widest_gap_between_neighbourhoods(document):
    assert document.headline.replace("\u00a0", " ") == (
        "People near public transport: 68.4 % in Marisol Bay (made-up city), but from 12.7 % in Saltpans "
        "to 95.5 % in Market.")
    assert "widest gap between neighbourhoods" in document.headline_rule


def test_without_neighbourhoods_the_widest_gap_between_readings_speaks(package, known):
    city = only(package, package.observations["ref_area"] == package.place.code)
    text, rule = headline(city, known, newest_rows(listed(numbered(city.observations))), language="en")
    assert text.startswith("Land in open public space and streets: 21.7")
    assert "two variants" in rule


@pytest.mark.parametrize(("least", "most"), [(78.4, 90.5), (78.4, 80.0)])
def test_bounds_of_a_share_that_is_not_known_are_no_readings_of_it(package, known, least, most):
    spec = next(spec for spec in specs() if spec.code == "sdg_11_1_1")
    of = pd.Series({package.place.code: 1000.0})
    rows = [sampled(of * 0 + value, of, "slum_people", f"five:{bound}", "2023")
            for bound, value in (("least", least), ("most", most))]
    city = dataclasses.replace(package, observations=pd.concat([observations(each, spec, run="c3d4") for each in rows]))
    text, _rule = headline(city, {spec.code: spec}, newest_rows(listed(numbered(city.observations))), language="en")
    assert text.startswith("No indicator of"), text


def test_without_any_value_the_sentence_says_so(package, known):
    none = only(package, package.observations["obs_value"].isna())
    text, _rule = headline(none, known, newest_rows(listed(numbered(none.observations))), language="en")
    assert text == "No indicator of Marisol Bay (made-up city) could be computed from the inputs that were given."


def test_a_card_shows_the_default_first_and_why_the_others_differ(document):
    card = next(c for c in document.cards if c.code == "sdg_11_2_1")
    assert [f.variant for f in card.figures] == ["Along the streets"]
    assert [f.variant for f in card.variants] == ["Straight line"]
    assert "ignores rivers" in card.variants[0].why
    assert {f.label for f in card.more} == {"People near a bus or tram stop", "People near a rail, metro or ferry stop"}


def test_a_card_shows_an_interval_or_that_there_is_none(document):
    access = next(c for c in document.cards if c.code == "sdg_11_7_1").figures[1]
    assert (access.text.replace("\u00a0", " "), access.interval, access.period) == ("58.0 %", "(54.1–61.8)", "2020")
    assert next(c for c in document.cards if c.code == "sdg_11_2_1").figures[0].interval == "interval not stated"


def test_an_absent_value_is_a_word_with_its_reason_everywhere(document):
    card = next(c for c in document.cards if c.code == "sdg_11_6_2")
    assert [f.text for f in card.figures] == ["not computed: no PM2.5 grid was given"]
    cells = [c for t in document.tables for g in t.groups for row in g.rows for c in row]
    assert not [c for c in cells if c.text.strip().lower() in ("-", "–", "—", "nan", "none", "inf")]


def test_how_it_was_computed_names_parameters_inputs_and_certificate(document, package):
    facts = {f.term: f for f in next(c for c in document.cards if c.code == "sdg_11_2_1").how}
    assert any("within 500 m along the streets" in line for line in facts["Parameters"].items)
    assert any(package.run.inputs[2].sha256[:16] in line for line in facts["Inputs"].items)
    assert facts["Certificate"].items == (
        "3 of 3 cases computed outside this program agree (worked by hand, 2026-11-20).",)
    assert facts["Run"].text == package.run.id


def test_inputs_have_the_names_that_runs_give_them():
    named = {role for spec in specs() for role in spec.inputs}
    assert named <= set(ROLES)
    inside = {spec.code for spec in specs() for series in spec.series if "inside the boundary" in series.base}
    assert {spec.code for spec in specs() if "boundary" in spec.inputs} >= inside > {"sdg_11_2_1", "sdg_11_6_2"}


def test_every_shown_value_is_the_value_of_the_observation_it_cites(document, package):
    shown = [f for c in document.cards for f in (*c.figures, *c.variants, *c.more)]
    cells = [c for t in document.tables for g in t.groups for row in g.rows for c in row if c.row >= 0]
    assert len(shown) > 15
    assert len(cells) > 60
    for each in (*shown, *cells):
        row = package.observations.iloc[each.row]
        number = re.match(r"^[<>]?-?[\d,.]+", each.text)
        if row["series"] == "regime":
            continue
        assert (number is None) == bool(np.isnan(row["obs_value"])), each
        if number and number[0][0] not in "<>":
            digits = len(number[0].partition(".")[2])
            assert abs(float(number[0].replace(",", "")) - row["obs_value"]) <= 0.5 * 10.0**-digits + 1e-9


def test_every_chart_has_a_table_with_the_numbers_it_draws(document):
    assert {c.code.split("-")[0] for c in document.charts} == {"areas", "variants", "urbanisation", "time"}
    for chart in document.charts:
        drawn = set(re.findall(r">([\d.,]+)(?:\u00a0[^<]*)?</text>", chart.svg))
        listed = {c.text.split("\u00a0")[0] for g in chart.table.groups for row in g.rows for c in row if c.row >= 0}
        assert len(drawn & listed) >= min(2, len(listed)), chart.code
        if chart.code.startswith("areas"):
            assert listed <= drawn


def test_maps_are_at_a_true_scale_with_a_bar_of_the_stated_length(document):
    assert [m.code for m in document.maps] == ["city", "people", "open_space", "population",
                                               "degree_of_urbanisation_level_2"]
    for sheet in document.maps:
        denominator = int(re.sub(r"\D", "", sheet.scale.split(":")[1]))
        kilometres = float(sheet.bar_text.split("\u00a0")[0].split(" ")[0])
        assert sheet.bar_mm * denominator / 1e6 == pytest.approx(kilometres)
        assert sheet.width_mm == 170
        assert sheet.legend


def test_ground_without_data_is_hatched_and_said(document):
    people = next(m for m in document.maps if m.code == "population")
    assert [k.mark for k in people.legend][-1] == "hatch"
    assert people.legend[-1].title == "no data"


def test_texts_of_another_language_reach_every_block(package, known):
    import gettext

    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return "".join(part if part.startswith("{") else part.upper() for part in re.split(r"(\{\w+\})", message))

    from ekistics.publish import compose as module

    with use_language(Shouting()):
        document = module._composed(package, known, (), "en")
    titles = [block.title for block in (*document.cards, *document.tables, *document.sections)]
    assert all(t == t.upper() for t in titles)


def test_the_paragraph_of_the_method_is_one_and_not_the_table_of_parameters(package, known):
    read = {**package.run.parameters, "read": {"population.1": {"time_period": "1990", "nodata": "missing"}}}
    document = compose_profile(dataclasses.replace(package, run=dataclasses.replace(package.run, parameters=read)),
                               known)
    method = next(section for section in document.sections if section.code == "method")
    spoken = method.paragraphs[-1]
    assert 100 < len(spoken) < 2500
    assert meaning("read.population.1.time_period") not in spoken and " Value: " not in spoken
    assert sentence("centre_density", read["degurba"]["centre_density"], language="en") in spoken
    parameters = next(table for table in document.tables if table.code == "parameters")
    assert sum(len(group.rows) for group in parameters.groups) == len(flattened(read))
