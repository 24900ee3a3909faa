"""Every parameter of a run of the sample city is told in words, and so is every value that is a code."""

import re

import pytest

from ekistics.core.period import Period
from ekistics.core.provenance import Provenance, digest_file
from ekistics.jobs.city_config import input_entries, read_city
from ekistics.jobs.profile.parameters import run_parameters
from ekistics.jobs.profile.run import stage_runner
from ekistics.jobs.sample_city import make_sample_city
from ekistics.publish.method import flattened, sentence
from ekistics.publish.parameter_words import code_words

# Texts that are no codes of ours, by the names of their parameters and the form they have: a column's name, a date,
# tags of OpenStreetMap, route types of GTFS, an edition, a checksum. A profile gives them as they stand in the files.
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
QUOTED = {r"read\.\w+\.[0-9]+\.(value|lon|lat|id|name)": r"[a-z]+",
          r"read\.\w+\.[0-9]+\.time_period": rf"[0-9]{{4}}|{DAY}",
          r"walk_\w+": r"[a-z_]+", r"route_types\.(low|high)_capacity": r"[0-9]+",
          r"service_day_used": rf"gtfs_\w+\.zip: {DAY}", r"\w+\.edition": r"[0-9]{4}-[0-9]{2}",
          r"\w+\.sha256": r"[0-9a-f]{64}"}


@pytest.fixture(scope="module")
def parameters(tmp_path_factory):
    """Give what a run of the sample city records, its delineation and its service days included."""
    folder = tmp_path_factory.mktemp("told")
    config = read_city(make_sample_city(folder / "city").config)
    inputs = [Provenance(entry.path, digest_file(config.file(entry.path)), role)
              for role, entry in input_entries(config)]
    return flattened(run_parameters(config, stage_runner(config, folder / "out", inputs=inputs)))


@pytest.fixture(scope="module")
def texts(parameters):
    """Give every text among the values with the name of its parameter."""
    return [(name, text) for name, value in parameters.items()
            for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def form_of(name: str) -> str | None:
    return next((form for names, form in QUOTED.items() if re.fullmatch(names, name)), None)


def test_every_parameter_has_words(parameters):
    assert len(parameters) > 150
    told = {name: sentence(name, value, language="en") for name, value in parameters.items()}
    assert [name for name, text in told.items() if text.startswith(f"{name} = ")] == []


def test_every_value_that_is_a_code_has_words(parameters, texts):
    codes = [(name, text) for name, text in texts if form_of(name) is None]
    assert {"_T", "F", "M", "Y0T14", "Y15T64", "Y_GE65", "missing", "m2", "r2023a", "rook", "queen", "edge",
            "busiest-midweek", "water_and_low_land", "half_even"} <= {text for _name, text in codes}
    raw = [(name, text) for name, text in codes if code_words(name, text) == text]
    assert raw == []
    assert all(sentence(name, text, language="en").endswith(f"{code_words(name, text)}.") for name, text in codes)


def test_other_texts_stand_as_they_are(texts):
    quoted = [(name, text, form) for name, text in texts if (form := form_of(name))]
    assert {name for name in QUOTED if any(re.fullmatch(name, n) for n, _text, _form in quoted)} == set(QUOTED)
    assert [(name, text) for name, text, form in quoted if not re.fullmatch(form, text)] == []
    assert all(text in sentence(name, text, language="en") for name, text, _form in quoted)
    assert all(Period.parse(text) for name, text, _form in quoted if name.endswith("time_period"))
