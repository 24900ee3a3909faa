"""The job: read sample and observations, estimate, write the package of the country."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from math import isclose, nan
from pathlib import Path
from typing import Any

import pandas as pd

import ekistics
from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _, use_language
from ekistics.core.observation import observations
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_file
from ekistics.core.quality import QualityFlag
from ekistics.jobs.national.cities import CityValues, read_cities
from ekistics.jobs.national.design import NationalDesign, read_national
from ekistics.jobs.national.domains import RULES, parts_of
from ekistics.jobs.national.estimate import Found, Respondents, found_of
from ekistics.jobs.sample_cities.chances import plan_of
from ekistics.jobs.sample_cities.design import read_design
from ekistics.jobs.sample_cities.document import SAMPLE, read_sample
from ekistics.jobs.sample_cities.draw import DESIGN
from ekistics.jobs.sample_cities.frame import FRAME, CityFrame, parse_frame
from ekistics.jobs.stages import code_digest
from ekistics.package import ProfilePackage
from ekistics.package.descriptor import json_bytes
from ekistics.package.documents import require_document
from ekistics.package.write import write_package

__all__ = ["NationalOutcome", "national"]

FRAMEWORK = "framework.json"
_GOOD, _WARN = 0.95, 0.8  # share of cities that answered: above is good, below is bad


@dataclass(frozen=True, slots=True, eq=False)
class NationalOutcome:
    """What a run of the job gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where the package is.
    package : ProfilePackage
        Its content.
    document : dict
        Content of its ``sample.json``.
    """

    folder: Path
    package: ProfilePackage
    document: dict[str, Any]


def national(design: Path, out: Path) -> NationalOutcome:
    """Estimate national values from a sample of cities and write them as a package of the country.

    Parameters
    ----------
    design : pathlib.Path
        The design.toml.
    out : pathlib.Path
        Folder for the package; an earlier package there is replaced when the new one is whole.

    Returns
    -------
    NationalOutcome
        The package and what its document says.

    Raises
    ------
    EkisticsError
        An input cannot be used; nothing was written.
    """
    read = read_national(Path(design))
    now = datetime.now(UTC).replace(microsecond=0)
    with use_language(read.country.language):
        respondents = _respondents(read)
        codes = {city["code"] for city in respondents.asked} | set(read.volunteers.codes)
        cities = read_cities(read, codes)
        _require_volunteers(read, respondents.frame, cities)
        for column in read.estimation.by:
            parts_of(respondents.frame, column)
        found = [each for wanted in read.indicator for each in found_of(respondents, cities, wanted, design=read)]
        document = _document(respondents.document, found, now)
        package = _package(read, respondents, cities, found, now)
        write_package(package, Path(out), documents={SAMPLE: json_bytes(document)} | _statements(read))
    return NationalOutcome(Path(out), package, document)


def _statements(design: NationalDesign) -> dict[str, bytes]:
    """Write what the country states of the New Urban Agenda's framework; nothing where it states nothing."""
    if not design.not_applicable:
        return {}
    rows = [asdict(each) | {"state": "not-applicable"} for each in design.not_applicable]
    content = {"schema_version": "1", "framework": "nua", "country": design.country.code, "statements": rows}
    return {FRAMEWORK: json_bytes(require_document(FRAMEWORK, content))}


def _respondents(design: NationalDesign) -> Respondents:
    folder = design.folder / design.sample.path
    document, sample = read_sample(folder), read_design(folder / DESIGN)
    if document["country"] != design.country.code:
        raise ConfigurationError(_("The sample is of another country."), where="country.code",
                                 expected=document["country"], got=design.country.code)
    if document["seed"].get("design_sha256", sample.digest) != sample.digest:
        raise ConfigurationError(_("The {what} is not the one that was committed.").format(what=_("design")),
                                 where=folder / DESIGN, expected=document["seed"]["design_sha256"], got=sample.digest)
    frame = parse_frame((folder / FRAME).read_bytes(), sample)
    if frame.digest != document["frame"]["sha256"]:
        raise ConfigurationError(_("The frame is not the one that the sample was drawn from."), where=folder / FRAME,
                                 expected=document["frame"]["sha256"], got=frame.digest)
    _check_weights(document, frame, dict(zip(frame.kernel.code, plan_of(sample, frame).pi.tolist(), strict=True)))
    return Respondents(document, sample, frame)


def _require_volunteers(design: NationalDesign, frame: CityFrame, cities: CityValues) -> None:
    """Refuse a volunteer that neither frame nor observations know: it is a slip, not a city without a value."""
    known = {*frame.kernel.code, *cities.rows["ref_area"]}
    for code in design.volunteers.codes:
        if code not in known:
            raise UnknownNameError.among(code, sorted(known), what=_("city"), where="volunteers.codes")


def _check_weights(document: Mapping[str, Any], frame: CityFrame, chances: Mapping[str, float]) -> None:
    """Hold the weights of the sample against those that its design gives in its frame."""
    for city in document["cities"]:
        expected = chances.get(city["code"], nan)
        if not (isclose(city["pi"], expected, rel_tol=1e-9) and isclose(city["weight"], 1 / expected, rel_tol=1e-9)):
            raise ConfigurationError(_("A weight of the sample does not match its frame and design."), where=SAMPLE,
                                     param=city["code"], expected=1 / expected, got=city["weight"])


def _document(sample: Mapping[str, Any], found: list[Found], now: datetime) -> dict[str, Any]:
    """Add what was estimated to the document of the sample; of the responses the fewest are told."""
    least = min((each.response for each in found), key=lambda response: response["answered"])
    parts = [row for each in found for row in each.domains]
    return {**sample, "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "response": least,
            "comparison": [each.comparison for each in found if each.comparison is not None],
            **({"domains": {"rules": RULES, "rows": parts}} if parts else {})}


def _package(design: NationalDesign, respondents: Respondents, cities: CityValues, found: list[Found],
             now: datetime) -> ProfilePackage:
    country = design.country
    place = Place(country.code, country.name, "country", country.code)
    specs = _specs(found)
    run = Run(_inputs(design, respondents, cities), _parameters(design, respondents.document),
              {code: str(spec.method) for code, spec in specs.items()}, code_version())
    rows = [observations(each.rows, each.spec, run=run.id) for each in found]
    return ProfilePackage(place=place, places=(place,), run=run, observations=pd.concat(rows, ignore_index=True),
                          layers=(), checks=tuple(_flags(found)), created=now.isoformat(),
                          indicators=tuple(specs.values()), edition=country.edition or now.date().isoformat())


def _specs(found: list[Found]) -> dict[str, Any]:
    """Give each indicator once."""
    return {each.spec.code: replace(each.spec) for each in found}


def _inputs(design: NationalDesign, respondents: Respondents, cities: CityValues) -> tuple[Provenance, ...]:
    folder, frame = design.folder / design.sample.path, respondents.document["frame"]
    return (Provenance(FRAME, frame["sha256"], "frame", producer=frame.get("producer", ""),
                       licence=frame.get("licence", ""), time_period=frame.get("time_period", "")),
            Provenance(SAMPLE, digest_file(folder / SAMPLE), "sample"), *cities.inputs)


def _parameters(design: NationalDesign, sample: Mapping[str, Any]) -> dict[str, Any]:
    how = design.estimation
    return {"nonresponse": how.nonresponse, "lonely": how.lonely, "interval": how.interval,
            "confidence": how.confidence, "by": list(how.by),
            "volunteers": list(dict.fromkeys(design.volunteers.codes)),
            "sample.method": sample["design"]["method"], "sample.size": sample["design"]["size"],
            "sample.replacements": len(sample["replacements"])}


@cache
def code_version() -> str:
    """Give the program's version with a digest of the code that makes national values."""
    digest = code_digest("ekistics.core", "ekistics.survey", "ekistics.jobs.national", "ekistics.jobs.sample_cities")
    return f"{ekistics.__version__}+{digest[:8]}"


def _flags(found: list[Found]) -> list[QualityFlag]:
    """Say of each indicator how many of the cities that were asked have a value."""
    flags = []
    for each in found:
        asked, answered = each.response["asked"], each.response["answered"]
        share = answered / asked
        status = "good" if share >= _GOOD else "warn" if share >= _WARN else "bad"
        flags.append(QualityFlag(
            f"cities-answered-{each.spec.code}", _("Cities of the sample with a value"), 100 * share, "PT", status,
            note=_("All cities of the sample have a value.") if answered == asked else
            _("The other cities of their stratum stand for those without a value, as if they were alike."),
            indicators=(each.spec.code,), numerator=float(answered), denominator=float(asked),
            base=_("cities of the sample")))
    return flags
