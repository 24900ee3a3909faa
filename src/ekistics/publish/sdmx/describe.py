"""The structure message of our own data structure: concepts, code lists, components."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.model import (
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    DataStructureDefinition,
    DataType,
    Organisation,
    Role,
)
from pysdmx.model.message import Header

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.units import UNITS
from ekistics.publish.sdmx.structure import MEASURE, TIME, own_structure, own_table

__all__ = ["STRUCTURE_MEDIA_TYPE", "own_structure_message"]

STRUCTURE_MEDIA_TYPE = "application/vnd.sdmx.structure+xml;version=2.1"
_SCHEME = "OBSERVATION_CONCEPTS"
_NAMES = {"INDICATOR": "Indicators", "UNIT_MEASURE": "Units of measure", "FREQ": "Frequency", "SEX": "Sex",
          "OBS_STATUS": "Observation status"}


def own_structure_message(specs: Iterable[IndicatorSpec], *, sender: str, prepared: datetime | None = None) -> bytes:
    """Write our own structure as an SDMX-ML 2.1 structure message.

    Parameters
    ----------
    specs : iterable of IndicatorSpec
        The indicators that the code list names.
    sender : str
        Id of the sender.
    prepared : datetime.datetime, optional
        When it was prepared; now by default.

    Returns
    -------
    bytes
        The file.
    """
    lists = _code_lists(specs)
    agency, version = own_structure().agency, own_structure().version
    urn = f"urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept={agency}:{_SCHEME}({version})"
    concepts = {name: Concept(name, urn=f"{urn}.{name}", name=title, dtype=_type(name))
                for name, title in _titles().items()}
    scheme = ConceptScheme(_SCHEME, name="Concepts of observations", agency=agency, version=version,
                           items=list(concepts.values()))
    definition = DataStructureDefinition(own_structure().id, name=own_table()["structure"]["name"], agency=agency,
                                         version=version, components=_components(concepts, lists))
    header = Header(id="STRUCTURE", sender=Organisation(sender), prepared=prepared or datetime.now(UTC))
    text = write_sdmx([*lists.values(), scheme, definition], Format.STRUCTURE_SDMX_ML_2_1, header=header)
    return str(text).encode()


def _titles() -> dict[str, str]:
    table = own_table()
    return {**table["dimensions"], **table["measure"], **table["attributes"]}


def _type(name: str) -> DataType:
    if name == TIME:
        return DataType.PERIOD
    return DataType.DOUBLE if name in own_structure().numbers else DataType.STRING


def _code_lists(specs: Iterable[IndicatorSpec]) -> dict[str, Codelist]:
    given = {name: dict(codes) for name, codes in own_table()["codes"].items()}
    given["INDICATOR"] = {spec.code: f"{spec.number} {spec.title}".strip() for spec in specs}
    given["UNIT_MEASURE"] = {unit.code: unit.title for unit in UNITS.values()}
    return {name: Codelist(f"CL_{name}", name=_NAMES[name], agency=own_structure().agency,
                           version=own_structure().version,
                           items=[Code(code, name=title) for code, title in codes.items()])
            for name, codes in given.items()}


def _components(concepts: dict[str, Concept], lists: dict[str, Codelist]) -> Components:
    structure, required = own_structure(), own_table()["rules"]["required"]
    roles = {**dict.fromkeys(structure.dimensions, Role.DIMENSION), MEASURE: Role.MEASURE,
             **dict.fromkeys(structure.attributes, Role.ATTRIBUTE)}
    return Components([
        Component(name, role != Role.ATTRIBUTE or name in required, role, concepts[name], local_dtype=_type(name),
                  local_codes=lists.get(name), attachment_level="O" if role == Role.ATTRIBUTE else None)
        for name, role in roles.items()])
