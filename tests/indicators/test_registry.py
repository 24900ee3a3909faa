"""The registry: what is built in, what other packages add, and what is refused."""

from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

import ekistics.indicators as package
from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.indicators import registry

FOLDER = Path(package.__file__).parent
MACHINERY = {"registry", "certificate", "conformance", "households"}


def test_the_list_is_the_folder() -> None:
    files = {p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_")} - MACHINERY
    assert [m.SPEC.code for m in registry.BUILTIN] == [m.__name__.rpartition(".")[2] for m in registry.BUILTIN]
    assert {m.SPEC.code for m in registry.BUILTIN} == files
    assert len(registry.BUILTIN) == len(files)


def test_every_indicator_is_described() -> None:
    for spec in package.specs():
        assert spec.title and spec.question.endswith("?") and spec.definition and spec.inputs
        assert spec.source.startswith("https://")
        assert str(spec.method)
        assert any(s.headline for s in spec.series)
        assert all(s.base for s in spec.series if s.unit_measure != "NUMBER"), spec.code
        assert all(v.why for v in spec.variants if v not in defaults(spec)), spec.code


def defaults(spec) -> list:
    return [next(iter(spec.variants_of(s.code)), None) for s in spec.series]


def test_an_indicator_is_found_by_code_and_by_number() -> None:
    assert package.spec("11.3.1") is package.spec("sdg_11_3_1")
    assert package.compute("sdg_11_2_1") is package.module("11.2.1").compute


@pytest.mark.parametrize(("given", "meant"), [("sdg_11_3_l", "sdg_11_3_1"),
                                              ("populaton_density", "population_density")])
def test_a_wrong_name_gets_the_nearest_right_one(given: str, meant: str) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean") as caught:
        package.spec(given)
    assert meant in str(caught.value.hint)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=registry.GROUP)


def test_another_package_adds_an_indicator(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(SPEC=SimpleNamespace(code="noise"), compute=dict, example_inputs=dict)
    monkeypatch.setattr(EntryPoint, "load", lambda self: module)
    found = registry.gather(registry.BUILTIN, [point("noise", "other.noise")])
    assert list(found)[-1] == "noise"
    assert len(found) == len(registry.BUILTIN) + 1


def test_a_second_indicator_of_one_code_is_refused() -> None:
    twin = point("mine", "ekistics.indicators.sdg_11_3_1")
    with pytest.raises(ConfigurationError, match="sdg_11_3_1") as caught:
        registry.gather(registry.BUILTIN, [twin])
    assert caught.value.where == "ekistics.indicators.sdg_11_3_1"


def test_what_is_no_indicator_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="does not name an indicator"):
        registry.gather((), [point("wrong", "ekistics.core.units")])
