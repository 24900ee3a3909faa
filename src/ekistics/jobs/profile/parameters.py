"""Parameters of a run: every choice that its numbers hang on, as plain values that survive a package."""

from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from ekistics.core.provenance import digest_bytes
from ekistics.geo.degurba import DegurbaParameters
from ekistics.geo.street_widths import street_width_table
from ekistics.jobs.city_config import CityConfig, input_entries, parameter_values
from ekistics.jobs.profile.changes import READ
from ekistics.jobs.stages import StageRunner
from ekistics.readers.osm_areas import read_open_space_table

__all__ = ["reading", "run_parameters"]

STATED = frozenset({"path", "producer", "citation", "licence", "accessed"})


def reading(entry: Any) -> dict[str, Any]:
    """Give what an entry says about how its file is read; where the data come from does not change a result.

    Parameters
    ----------
    entry : dataclass
        A table of city.toml.

    Returns
    -------
    dict
        Key to plain value.
    """
    values = {item.name: getattr(entry, item.name) for item in fields(entry) if item.name not in STATED}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def run_parameters(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Give every parameter that a run was computed with.

    Parameters
    ----------
    config : CityConfig
        The city.
    runner : StageRunner
        Its stages.

    Returns
    -------
    dict
        What city.toml says and the defaults it leaves; how each input was read (``read.<role>.<number>.<key>``); and
        what only the run could know: the rules of a delineation, the service days, the tables.
    """
    rules = _delineation(config, runner)
    asked = {name: value for name, value in parameter_values(config).items() if not (rules and name == "degurba")}
    return asked | _readings(config) | rules | _service(config, runner) | _tables(config)


def _readings(config: CityConfig) -> dict[str, Any]:
    """Say how each input was read, what is empty left out, and how the boundary was chosen."""
    counted: dict[str, int] = {}
    values = {f"boundary.{name}": value for name, value in reading(config.boundary).items()}
    for role, entry in input_entries(config):
        if role != "boundary":
            counted[role] = counted.get(role, 0) + 1
            values |= {f"{READ}{role}.{counted[role]}.{name}": value for name, value in reading(entry).items()}
    return {name: value for name, value in values.items() if value not in ("", None)}


def _delineation(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Give all rules of the Degree of Urbanisation, defaults included, where it was made."""
    if runner.get("delineation")["reason"]:
        return {}
    rules = DegurbaParameters.from_mapping(config.parameters.degurba or {})
    return {f"degurba.{name}": value for name, value in rules.as_dict().items()}


def _service(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Give the service days that were taken, and what counts as which capacity and frequency."""
    found = runner.get("stops") if config.timetables else {}
    if "days" not in found:
        return {}
    used = found["settings"]
    capacity = {level: [code for code, its in used["capacity"].items() if its == level] for level in ("low", "high")}
    days = [_span(chosen) for chosen in found["days"]]
    names = [Path(entry.path).name for entry in config.timetables]
    return {"service_day_used": days if len(days) == 1 else [f"{n}: {d}" for n, d in zip(names, days, strict=True)],
            "frequency_hours": list(used["frequency_hours"]),
            **{f"frequency_classes.{name}": value for name, value in used["frequency_classes"].items()},
            **{f"route_types.{level}_capacity": codes for level, codes in capacity.items()}}


def _span(days: list[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]}/{days[-1]}" if days else ""


def _tables(config: CityConfig) -> dict[str, Any]:
    """Name the tables by which streets and open spaces are measured."""
    if config.streets is None:
        return {}
    return {"street_widths.edition": street_width_table().edition,
            "street_widths.sha256": _digest("ekistics.geo", "street_widths.toml"),
            "open_space_tags.edition": read_open_space_table().edition,
            "open_space_tags.sha256": _digest("ekistics.readers", "open_space_tags.toml")}


def _digest(package: str, name: str) -> str:
    return digest_bytes((files(package) / "tables" / name).read_bytes())
