"""A file of an index: read into one typed definition, and refused with its place where something cannot be."""

import copy

import pytest

from ekistics.core.errors import ConfigurationError, EkisticsError, InvalidValueError, UnknownNameError
from ekistics.instruments.indices import parse_index, shipped_index

GOOD = {
    "code": "mine", "title": "Mine",
    "scenario": {"standardise": {"method": "goalposts"}, "aggregate": {"method": ["arithmetic", "geometric"]}},
    "group": [{"code": "total", "title": "Mine"}, {"code": "a", "title": "A", "parent": "total"},
              {"code": "b", "title": "B", "parent": "total", "weight": 2}],
    "item": [{"code": "x", "title": "X", "parent": "a", "unit": "%", "form": {"kind": "direct"}},
             {"code": "y", "title": "Y", "parent": "b", "unit": "%",
              "form": {"kind": "linear", "low": 10, "high": 50, "inverse": True}}],
    "variant": [{"code": "plain", "title": "Plain", "aggregate": {"method": "arithmetic"}}],
}


def changed(*path_and_value):
    *path, value = path_and_value
    content = copy.deepcopy(GOOD)
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


def test_a_file_becomes_tree_forms_and_scenarios():
    index = parse_index(GOOD)
    assert [group.code for group in index.groups] == ["a", "b", "total"]
    assert index.structure().directions.tolist() == [1, -1]
    assert index.scenario_of().standardise.forms["y"].inverse
    assert index.scenario_of("plain").aggregate.method == "arithmetic"
    assert index.scenario_of("plain").standardise == index.scenario_of().standardise


@pytest.mark.parametrize(("content", "kind", "place", "text"), [
    (changed("group", 1, "parent", "b") | {"group": [GOOD["group"][0], GOOD["group"][1] | {"parent": "b"},
                                                     GOOD["group"][2] | {"parent": "a"}]},
     InvalidValueError, "my.toml: a", "loop"),
    (changed("item", 1, "parent", "c"), UnknownNameError, "my.toml: y", "There is no group 'c'"),
    (changed("item", 1, GOOD["item"][0] | {"parent": "b"}), InvalidValueError, "my.toml: x", "two groups"),
    (changed("item", 1, "weight", 0), InvalidValueError, "my.toml: b", "sum to zero"),
    (changed("item", 1, "form", {"kind": "linear", "low": 50, "high": 10}), InvalidValueError,
     "my.toml: item[2] (y): linear", "upside down"),
    (changed("item", 1, "form", {"kind": "lin", "low": 50, "high": 10}), UnknownNameError,
     "my.toml: item[2] (y)", "Did you mean 'linear'"),
    (changed("item", 1, "form", {"kind": "log", "low": 0, "high": 10}), InvalidValueError,
     "my.toml: item[2] (y): log", "above zero"),
    (changed("item", 1, "direction", 1), ConfigurationError, "my.toml: item[2] (y)", "not that of its form"),
    (changed("item", 1, "form", None) | {"item": [GOOD["item"][0], {k: v for k, v in GOOD["item"][1].items()
                                                                    if k != "form"}]},
     ConfigurationError, "my.toml", "an item has none"),
    (changed("item", 1, "status", "doubtful"), ConfigurationError, "my.toml: item[2] (y)", "says why"),
    (changed("item", 1, "status", "sure"), UnknownNameError, "my.toml: item[2] (y)", "no status 'sure'"),
    (changed("item", 1, "wieght", 2), UnknownNameError, "my.toml: [item[2]]", "Did you mean 'weight'"),
    (changed("scenario", "agregate", {}), UnknownNameError, "my.toml: [scenario]", "Did you mean 'aggregate'"),
    (changed("scenario", "aggregate", {"method": "geometrik"}), UnknownNameError, "my.toml: scenario",
     "Did you mean 'geometric'"),
    (changed("scenario", "aggregate", {"method": ["geometric"]}), InvalidValueError, "my.toml: scenario", "by level"),
    (changed("scenario", "standardise", {"method": ["goalposts"]}), InvalidValueError, "my.toml: scenario: standardise",
     "method: a name"),
    (changed("variant", 0, "aggregate", {"metod": "arithmetic"}), UnknownNameError,
     "my.toml: variant[1] (plain)", "Did you mean 'method'"),
    (changed("code", "My Index"), ConfigurationError, "my.toml: code", "small letters"),
    (changed("item", 1, "code", "rank"), ConfigurationError, "my.toml: item[2]", "meaning of its own"),
])
def test_what_cannot_be_is_refused_with_its_place(content, kind, place, text):
    with pytest.raises(EkisticsError) as caught:
        parse_index(content, where="my.toml")
    assert isinstance(caught.value, kind), caught.value
    assert str(caught.value).startswith(place), caught.value
    assert text in str(caught.value)


def test_a_hole_leaves_no_score_unless_the_file_says_how_much_may_be_missing():
    plain = changed("scenario", "aggregate", {"method": "geometric"})
    for content, whole in ((plain, True), (changed("scenario", "aggregate", {"minimum_share": 0.5}), False),
                           (changed("scenario", "aggregate", {"whole": False}), False)):
        assert parse_index(content).scenario_of().aggregate.whole is whole
    del plain["scenario"]["aggregate"]
    assert parse_index(plain).scenario_of().aggregate.whole


def test_an_index_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'city_prosperity'"):
        shipped_index("city_prosperty")
