"""Values of cities for an index, from packages, from a table of observations or from a table with a column an item.

Each gives the same long table: a row a city and item that has a value or says why it has none. Nothing is filled here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS, free_values
from ekistics.core.period import Period
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, digest_file
from ekistics.core.reasons import Reason
from ekistics.instruments.indices import IndexDefinition
from ekistics.jobs.sample_cities.frame import read_rows
from ekistics.package.descriptor import DESCRIPTOR, load_descriptor, parse_head
from ekistics.package.table import read_parquet

__all__ = ["BESIDE", "CELL_COLUMNS", "CityValues", "read_values"]

CELL_COLUMNS = ("ref_area", "item", "obs_value", "unit_measure", "time_period", "se", "lci", "uci", "indicator",
                "series", "variant", "fit", "run", "origin", "obs_status", "reason")
_NUMBERS = ("obs_value", "se", "lci", "uci")
_HEADS = ("code", "name", "country", "time_period", "conf_status")  # of a table with a column an item
BESIDE = (".se", ".time_period", ".conf_status")  # ends of the columns beside that of an item
_LISTED = 5  # names in a message; of more the first are told
_OF_OBSERVATIONS = ("indicator", "series", "ref_area", "obs_value")


@dataclass(frozen=True, slots=True, eq=False)
class CityValues:
    """What is known of the cities.

    Parameters
    ----------
    places : tuple of Place
        The cities, sorted by code.
    cells : pandas.DataFrame
        Rows of :data:`CELL_COLUMNS`, at most one a city and item or denominator.
    inputs : tuple of Provenance
        The files they come from.
    ignored : tuple of str
        Columns of a table that no item of the index is filled from.
    """

    places: tuple[Place, ...]
    cells: pd.DataFrame
    inputs: tuple[Provenance, ...]
    ignored: tuple[str, ...] = ()

    def dated(self, stated: str) -> "CityValues":
        """Give the values with the stated time where they do not say theirs."""
        if stated:
            _require_time(stated, "--time-period")
        known = self.cells["obs_value"].notna() & (self.cells["time_period"] == "")
        return replace(self, cells=self.cells.assign(time_period=self.cells["time_period"].mask(known, stated)))

    @property
    def restricted(self) -> int:
        """Count the values that were left out because they may not be published."""
        return int((self.cells["reason"] == str(Reason.RESTRICTED)).sum())

    def matrix(self, codes: Sequence[str], column: str = "obs_value") -> Any:
        """Give a column of the cells as an array, a row a city and a column a code; NaN where there is none."""
        wide = self.cells.pivot(index="ref_area", columns="item", values=column)
        return wide.reindex(index=[place.code for place in self.places], columns=list(codes)).to_numpy(dtype=float)


def read_values(path: Path, definition: IndexDefinition, *, country: str = "", use_near: bool = False) -> CityValues:
    """Read the values of an index.

    Parameters
    ----------
    path : pathlib.Path
        A folder of packages (profiles of cities, values of countries), a CSV or Parquet of observations, or a CSV with
        a row a city: ``code``, ``name``, ``country``, and a column an item by its code, beside it ``ITEM.se``. A value
        whose ``conf_status`` is not free is taken for missing, with the reason ``restricted``: a package of an index
        tells every value that went in.
    definition : IndexDefinition
        The index.
    country : str, default ""
        ISO 3166-1 alpha-3 code of the cities of a table that does not say it.
    use_near : bool, default False
        Whether an indicator that is only near an item fills it too.

    Returns
    -------
    CityValues
        The values.

    Raises
    ------
    EkisticsError
        They cannot be read, a city is present twice, or no item or not every denominator of the index has a value.
    """
    path = Path(path)
    if path.is_dir():
        found = _of_packages(path, definition, use_near)
    elif path.suffix == ".parquet":
        found = _of_observations(read_parquet(path), path, definition, country, use_near)
    else:
        rows = read_rows(path, what=_("The table of values"))
        if all(name in rows[0] for name in _OF_OBSERVATIONS):
            found = _of_observations(_numbers(pd.DataFrame(rows), path), path, definition, country, use_near)
        else:
            found = _of_table(rows, path, definition, country)
    known = set(found.cells["item"][found.cells["obs_value"].notna()])
    if not known & {item.code for item in definition.items}:
        if found.restricted:
            raise ConfigurationError(_("No item of the index has a value that may be published."), where=path,
                                     param="conf_status", expected="F",
                                     hint=_("Scores and the package of an index would tell its values. Take an edition "
                                            "in which they are free."))
        raise _without_values(path, definition)
    for name in definition.denominators:
        if name not in known:  # no item that is divided by it would have a value in any city
            raise UnknownNameError.among(name, sorted(known), what=_("denominator"), where=path)
    return found


def _where_items_are() -> str:
    return _("'ekistics index items INDEX' lists the items and what fills them.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (" ..." if len(names) > _LISTED else "")


def _tables_in(folder: Path) -> str | None:
    """Say which tables a folder holds: of a folder, packages are read, and no table."""
    tables = sorted(each.name for each in folder.iterdir() if each.suffix in (".csv", ".parquet"))
    return (_("It holds tables: {names}. State one of them with --values.").format(names=_listed(tables))
            if tables else None)


def _without_values(path: Path, definition: IndexDefinition) -> ConfigurationError:
    """Say that nothing fills an item; of a folder, which packages were read, and that the tables in it were not."""
    if path.is_dir():
        read = sorted(each.parent.name for each in path.glob(f"*/{DESCRIPTOR}"))
        return ConfigurationError(_("No package in this folder has a value for an item of the index."), where=path,
                                  got=_listed(read), hint=_tables_in(path) or _where_items_are())
    return ConfigurationError(_("No item of the index has a value here."), where=path,
                              expected=_listed([item.code for item in definition.items]), hint=_where_items_are())


def _of_table(rows: list[dict[str, str]], path: Path, definition: IndexDefinition, country: str) -> CityValues:
    """Read a table with a row a city and a column an item."""
    if "code" not in rows[0]:
        raise UnknownNameError.among("code", list(rows[0]), what=_("column"), where=path)
    units = definition.units
    wanted = [name for name in rows[0] if name in units]
    used = {*_HEADS, *wanted, *(f"{name}{end}" for name in wanted for end in BESIDE)}
    places: dict[str, Place] = {}
    for line, row in enumerate(rows, 2):
        where = _("{path}, line {line}").format(path=path, line=line)
        if row["code"] in places:
            raise InvalidValueError(_("A city is in the table twice."), where=where, param="code", got=row["code"])
        places[row["code"]] = _place(row["code"], row.get("name", ""), row.get("country", "") or country, where)
    cells = [_cells(rows, name, unit, path) for name, unit in units.items() if name in wanted]
    return CityValues(_sorted(places), _frame(cells), (Provenance.of_file(path, role="values"),),
                      tuple(name for name in rows[0] if name not in used))


def _cells(rows: list[dict[str, str]], name: str, unit: str, path: Path) -> pd.DataFrame:
    frame = pd.DataFrame({"ref_area": [row["code"] for row in rows],
                          "obs_value": [row[name] for row in rows], "se": [row.get(f"{name}.se", "") for row in rows],
                          "time_period": [row.get(f"{name}.time_period", "") or row.get("time_period", "")
                                          for row in rows],
                          "conf_status": [row.get(f"{name}.conf_status", "") or row.get("conf_status", "")
                                          for row in rows]})
    frame = _numbers(frame, path, named={"obs_value": name, "se": f"{name}.se"})
    reason = np.where(frame["obs_value"].isna(), str(Reason.NOT_STATED), "")
    frame = frame.assign(item=name, unit_measure=unit, origin=path.name, reason=reason)
    _require_times(frame)
    return free_values(frame)


def _require_times(rows: pd.DataFrame) -> None:
    """Refuse what is no time period, and say of which city it is."""
    for text in sorted(set(rows["time_period"]) - {""}):
        first = rows[rows["time_period"] == text].iloc[0]
        _require_time(text, f"{first['origin']}, {first['ref_area']}")


def _require_time(text: str, where: str) -> None:
    try:
        Period.parse(text)
    except InvalidValueError as error:
        error.where = where
        raise


def _numbers(frame: pd.DataFrame, path: Path, named: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Turn the texts of the columns of numbers into numbers; an empty text is no value, never zero."""
    frame = frame.copy()
    for column in (name for name in _NUMBERS if name in frame):
        texts = frame[column].astype(str)
        numbers = pd.to_numeric(texts.replace("", None), errors="coerce").astype(float)
        wrong = (numbers.isna() & (texts != "")) | np.isinf(numbers)
        below = (numbers < 0) & ~wrong & (column == "se")
        if (wrong | below).any():
            line, name = int(np.argmax((wrong | below).to_numpy())), (named or {}).get(column, column)
            place = _("{path}, line {line}").format(path=path, line=line + 2)
            said = _("A standard error cannot be negative.") if below.iloc[line] else _("This is not a number.")
            raise InputFormatError(said, param=name, where=f"{place}, {name}", got=repr(texts.iloc[line]),
                                   hint=_("Leave the cell empty where there is no value."))
        frame[column] = numbers
    return frame


def _of_packages(folder: Path, definition: IndexDefinition, use_near: bool) -> CityValues:
    """Read every package of a folder: the place that it is about, with the values that fill an item."""
    frames, inputs, places = [], [], {}
    whole = (path for path in folder.glob(f"*/{DESCRIPTOR}") if not path.parent.name.startswith("."))
    for path in sorted(whole):  # without what a killed run left of one that it was writing
        place, _places, _run, _specs = parse_head(load_descriptor(path.parent))
        if place.code in places:
            raise InvalidValueError(_("Two packages are about one city."), where=path.parent, got=place.code,
                                    hint=_("Take one of them out of the folder."))
        places[place.code] = place
        rows = read_parquet(path.parent / "observations.parquet")
        frames.append(rows[rows["ref_area"] == place.code].assign(origin=path.parent.name))
        inputs.append(Provenance(f"{path.parent.name}/{DESCRIPTOR}", digest_file(path), "values"))
    if not frames:
        raise ConfigurationError(_("The folder holds no package of a city."), where=folder,
                                 expected=_("folders with {name}").format(name=DESCRIPTOR), hint=_tables_in(folder))
    cells = _filling(pd.concat(frames, ignore_index=True), definition, use_near)
    return CityValues(_sorted(places), cells, tuple(inputs))


def _of_observations(frame: pd.DataFrame, path: Path, definition: IndexDefinition, country: str,
                     use_near: bool) -> CityValues:
    """Read observations: the country of a city is that of its code, or the one that is stated for all."""
    codes = sorted(set(frame["ref_area"]))
    places = {code: _place(code, "", _country_of(code) or country, str(path)) for code in codes}
    cells = _filling(frame.assign(origin=path.name), definition, use_near)
    return CityValues(_sorted(places), cells, (Provenance.of_file(path, role="values"),))


def _filling(frame: pd.DataFrame, definition: IndexDefinition, use_near: bool) -> pd.DataFrame:
    """Choose for each item the observations that fill it: the newest of a city, for everybody."""
    frame = frame.assign(**{name: frame[name] if name in frame else "" for name in
                            ("variant", "time_period", "unit_measure", "run", "obs_status", "conf_status", "reason")},
                         **{name: frame[name] if name in frame else np.nan for name in _NUMBERS})
    frame = free_values(frame)  # before the newest is chosen: an older value that is free fills the item
    for name in (each for each in DIMENSIONS if each in frame):
        frame = frame[frame[name].isin(["_T", ""])]
    chosen = []
    for item in definition.items:
        for source in (each for each in item.filled_by if each.fit == "same" or use_near):
            rows = frame[(frame["indicator"] == source.indicator) & (frame["series"] == source.series)
                         & (frame["variant"] == source.variant)]
            _require_once(rows)
            chosen.append(_newest(rows).assign(item=item.code, fit=source.fit))
    found = _frame(chosen)
    order = np.argsort(found["obs_value"].isna(), kind="stable")  # a source without a value leaves it to the next
    return found.iloc[order].drop_duplicates(["ref_area", "item"], ignore_index=True)


def _require_once(rows: pd.DataFrame) -> None:
    """Refuse two values of one city, source and time: which of them counts is not for the program to choose."""
    again = rows[rows.duplicated(["ref_area", "time_period"])]
    for row in again.itertuples(index=False):
        raise InvalidValueError(_("A value is in the table twice."), where=f"{row.origin}, {row.ref_area}",
                                param=f"{row.indicator}/{row.series}", got=str(row.time_period) or None,
                                expected=_("one value a city and time"), hint=_("Take one of them out."))


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep of each city the value whose time ends last; where it has none, the reason."""
    _require_times(rows)
    ends = {text: Period.parse(text).end.toordinal() if text else 0 for text in set(rows["time_period"])}
    ordered = rows.assign(_known=rows["obs_value"].notna(), _end=rows["time_period"].map(ends))
    ordered = ordered.sort_values(["_known", "_end"], kind="stable")
    return ordered.drop_duplicates("ref_area", keep="last").drop(columns=["_known", "_end"])


def _frame(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put cells into the one form: all columns, texts without gaps."""
    whole = pd.concat([pd.DataFrame(columns=list(CELL_COLUMNS)).astype(object), *parts], ignore_index=True)
    whole = whole.reindex(columns=list(CELL_COLUMNS))
    texts = [name for name in CELL_COLUMNS if name not in _NUMBERS]
    whole[texts] = whole[texts].astype(object).where(whole[texts].notna(), "").astype(str)
    return whole.assign(**{name: whole[name].astype(float) for name in _NUMBERS})


def _place(code: str, name: str, country: str, where: str) -> Place:
    try:
        return Place(code, name or code, "city", country or _country_of(code))
    except InvalidValueError as error:
        error.where = where
        if error.param == "country":
            error.hint = _("Add a column 'country', or state it with --country.")
        raise


def _country_of(code: str) -> str:
    head = code.partition("-")[0]
    return head if len(head) == 3 and head.isascii() and head.isupper() else ""


def _sorted(places: Mapping[str, Place]) -> tuple[Place, ...]:
    return tuple(places[code] for code in sorted(places))

