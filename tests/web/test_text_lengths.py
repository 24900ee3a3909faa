"""The columns of the record hold the texts that the rules of observations let pass."""

from ekistics.core.observation import DIMENSIONS, LONGEST
from ekistics.web.observatory.models import Group, Indicator, Measure, Observation
from ekistics.web.places.models import Place


def test_texts_have_the_lengths_of_their_columns():
    kept = {"indicator": (Indicator, "code"), "ref_area": (Place, "code"),
            **{name: (Group, name) for name in DIMENSIONS},
            **{name: (Measure, name) for name in ("series", "variant", "unit_measure", "base", "method")},
            **{name: (Observation, name) for name in ("uncertainty", "obs_status", "conf_status", "reason")}}
    assert {name: model._meta.get_field(field).max_length for name, (model, field) in kept.items()} == LONGEST
