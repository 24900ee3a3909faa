"""The job: read packages of a country, compose its report on the New Urban Agenda, write documents and data sheets."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ekistics.core.errors import ConfigurationError, InputFormatError, MissingInputError, UnknownNameError
from ekistics.core.i18n import _, use_language
from ekistics.jobs.national.report_records import ReadRecords, read_records
from ekistics.package.staging import replaced_folder
from ekistics.publish.national_report import LANGUAGES, Narrative, compose_national_report, parse_narratives, set_beside
from ekistics.publish.report import Report
from ekistics.publish.report_csv import report_csv
from ekistics.publish.report_docx import report_docx
from ekistics.publish.report_html import report_page
from ekistics.publish.report_pdf import report_pdf
from ekistics.publish.report_xlsx import report_xlsx

__all__ = ["KINDS", "NationalReportOutcome", "national_report"]

KINDS: Mapping[str, Callable[[Report], bytes]] = {
    "html": report_page, "pdf": report_pdf, "docx": report_docx, "xlsx": report_xlsx, "csv": report_csv}


@dataclass(frozen=True, slots=True, eq=False)
class NationalReportOutcome:
    """What a run of the job gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where the documents are.
    reports : tuple of Report
        The report in each language.
    files : tuple of str
        Names of the files.
    notes : tuple of str
        What of the packages the report had no use for, in words.
    """

    folder: Path
    reports: tuple[Report, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def national_report(packages: Sequence[Path], out: Path, *, languages: Sequence[str] = LANGUAGES,  # noqa: PLR0913
                    earlier: Sequence[Path] = (), cities: Path | None = None, texts: Path | None = None,
                    publisher: str = "Ekistics") -> NationalReportOutcome:
    """Compose a country's report and write it as documents with their data sheets.

    Parameters
    ----------
    packages : sequence of pathlib.Path
        Packages of the country: national values of a sample of cities, a survey of households.
    out : pathlib.Path
        Folder for the documents; an earlier report there is replaced when the new one is whole.
    languages : sequence of str
        Languages, of :data:`~ekistics.publish.national_report.LANGUAGES`.
    earlier : sequence of pathlib.Path
        Packages of an earlier round.
    cities : pathlib.Path, optional
        The cities' observations: a CSV, or a folder with a package of each city.
    texts : pathlib.Path, optional
        A TOML file with the texts of people.
    publisher : str
        Who publishes the report.

    Returns
    -------
    NationalReportOutcome
        The reports and their files.

    Raises
    ------
    EkisticsError
        A package does not verify, is of another country or has no national value; a text is of another country; a
        language is not offered. Nothing was written.
    """
    for language in languages:
        if language not in LANGUAGES:
            raise UnknownNameError.among(language, LANGUAGES, what=_("language of the report"), where="--language")
    if not languages:
        raise ConfigurationError(_("Name a language of the report."), where="--language", expected=", ".join(LANGUAGES))
    records = read_records(packages, earlier=earlier, cities=cities, publisher=publisher,
                           texts=lambda country: _texts(texts, country))
    made: dict[str, bytes] = {}
    reports = []
    for language in dict.fromkeys(languages):
        with use_language(language):
            report = compose_national_report(records.of(language))
            made |= {f"{report.code}-{language}.{kind}": write(report) for kind, write in KINDS.items()}
        reports.append(report)
    _write(made, Path(out))
    return NationalReportOutcome(Path(out), tuple(reports), tuple(made), _notes(records, languages[0]))


def _notes(records: ReadRecords, language: str) -> tuple[str, ...]:
    """Say which packages leave no trace in the report."""
    used = set_beside(records.of(language)) if records.earlier else frozenset()
    return (*(_("{package}: it holds indices of cities and no value of the country; it adds no value to the "
                "report.").format(package=name) for name in records.idle),
            *(_("{package}: none of its values stands beside one of this round; the report shows nothing of "
                "it.").format(package=name) for name, rows in records.earlier.items() if not rows & used))


def _texts(path: Path | None, country: str) -> tuple[Narrative, ...]:
    """Read the texts of people."""
    if path is None:
        return ()
    if not path.is_file():
        raise MissingInputError(_("The file of texts is not there."), where=path)
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputFormatError(_("This is not a TOML file."), where=path, got=str(error)) from error
    return parse_narratives(plain, country=country, where=path.name)


def _write(files: Mapping[str, bytes], out: Path) -> None:
    with replaced_folder(out, may_replace=_require_report) as staging:
        for name, content in files.items():
            (staging / name).write_bytes(content)


def _require_report(place: Path) -> None:
    """Refuse to replace what is not a report."""
    found = [path.name for path in place.iterdir()] if place.is_dir() else [place.name]
    others = [name for name in found if "-nua-report-" not in name]
    if others:
        raise ConfigurationError(_("The folder holds something that is not a national report."), where=place,
                                 got=", ".join(sorted(others)[:3]),
                                 hint=_("Choose another folder, or empty this one first."))
