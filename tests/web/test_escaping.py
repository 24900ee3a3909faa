"""Templates escape what they write as Jinja's own do, for every kind of value."""

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from ekistics.web.render import environment

SOURCE = ("{% macro m(x) %}<i title=\"{{ x }}\">{{ x }}</i>{% endmacro %}{{ m(value) }}{{ value ~ '<' }}"
          "{% set kept %}{{ value }}{% endset %}{{ kept }}{{ value|upper }}")
SIGNS = st.text(st.sampled_from("a&<>\"'\u00a0;é") | st.characters(), max_size=12)


class Shouting(str):
    """A text of a kind of its own."""

    def __html__(self) -> str:
        return "<b>ready</b>"


@given(st.one_of(SIGNS, SIGNS.map(Markup), SIGNS.map(Shouting), st.integers(), st.floats(), st.none(), st.booleans()))
def test_a_template_writes_what_jinja_writes(value: object) -> None:
    theirs = Environment(autoescape=True).from_string(SOURCE).render(value=value)
    assert environment().from_string(SOURCE).render(value=value) == theirs


def test_the_code_of_templates_calls_our_function() -> None:
    code = environment().compile("{{ value }}", raw=True)
    assert "environment.escaped(" in code and "(escape(" not in code
