"""XLSForm: the questions and choices of a form, and the columns that a Kobo or ODK export makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import get_xlsform

from ekistics.core.errors import InputFormatError, MissingInputError
from ekistics.core.i18n import _
from ekistics.readers.microdata.model import SurveyFile, Variable, codes_of, told_codes

__all__ = ["Form", "Question", "described_by", "read_form"]

_OPEN, _CLOSE = ("begin group", "begin repeat"), ("end group", "end repeat")
_ALIASES = {"select one": "select_one", "select1": "select_one", "select multiple": "select_multiple",
            "begin_group": "begin group", "begin_repeat": "begin repeat", "end_group": "end group",
            "end_repeat": "end repeat"}
_OTHER = {"other": "Other"}  # the choice that pyxform adds to a question of type 'select_one list or_other'


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a form.

    Parameters
    ----------
    name : str
        Its name.
    kind : str
        Its type: ``select_one``, ``select_multiple``, ``integer``, ``text`` and so on.
    label : str
        What is asked, in the form's default language.
    path : tuple of str
        Groups that hold it, from the outside.
    repeat : str
        The repeat that holds it; empty outside of repeats.
    choices : mapping of str to str
        Labels by name of the choice; empty where there is no list.
    translated : mapping of str to set of str
        The labels of each choice in all languages of the form.
    """

    name: str
    kind: str
    label: str = ""
    path: tuple[str, ...] = ()
    repeat: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    translated: Mapping[str, AbstractSet[str]] = field(default_factory=dict)

    def columns(self) -> tuple[str, ...]:
        """Give the names that exports give to its column: with groups by slash or hyphen, or without.

        The file of a repeat may count groups from the repeat on, as ODK Central does.
        """
        whole = (*self.path, self.name)
        inner = whole[len(self.path) - self.path[::-1].index(self.repeat):] if self.repeat else whole
        return tuple(dict.fromkeys(mark.join(names) for names in (whole, inner, (self.name,)) for mark in "/-"))


@dataclass(frozen=True, slots=True)
class Form:
    """The questions of a form.

    Parameters
    ----------
    name : str
        Its file.
    questions : tuple of Question
        The questions, in order.
    """

    name: str
    questions: tuple[Question, ...]


def read_form(path: Path | str) -> Form:
    """Read an XLSForm.

    Parameters
    ----------
    path : path-like
        The form (.xlsx, .xls, .csv or .md).

    Returns
    -------
    Form
        Its questions with their choices.

    Raises
    ------
    MissingInputError
        The file is not there.
    InputFormatError
        It is no form, a group is not closed, or a list of choices is not there.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(_("The form is not there."), where=path)
    try:
        sheets = get_xlsform(str(path))
    except (PyXFormError, ValueError, KeyError, OSError) as error:
        raise InputFormatError(_("This is not an XLSForm."), where=path.name, got=str(error)) from error
    if not sheets.survey:
        raise InputFormatError(_("The form has no questions."), where=f"{path.name}, survey")
    settings = (sheets.settings or [{}])[0]
    language = " ".join(str(settings.get("default_language") or "").split())
    return Form(path.name, tuple(_questions(sheets.survey, (_lists(sheets.choices or (), language), language),
                                            path.name)))


def _text(row: Mapping[str, Any], name: str, language: str = "") -> str:
    """Give a cell; a label may stand in columns by language: that of the default language, or else the first."""
    first = [row.get(name), row.get(f"{name}::{language}")]
    value = next((each for each in [*first, *_translations(row, name)] if each is not None), "")
    return " ".join(str(value).split())


def _translations(row: Mapping[str, Any], name: str) -> list[Any]:
    """Give the texts of a cell that stands once a language."""
    return [text for key, text in row.items() if key.startswith(f"{name}::") and text]


@dataclass(slots=True)
class _List:
    """A list of choices: labels by name in the default language, and in all languages."""

    labels: dict[str, str] = field(default_factory=dict)
    translated: dict[str, set[str]] = field(default_factory=dict)


def _lists(rows: Sequence[Mapping[str, Any]], language: str) -> dict[str, _List]:
    found: dict[str, _List] = {}
    for row in rows:
        name, code = _text(row, "list_name") or _text(row, "list name"), _text(row, "name")
        if name and code:
            made = found.setdefault(name, _List())
            made.labels[code] = _text(row, "label", language)
            made.translated[code] = {_plain(each) for each in (made.labels[code], *_translations(row, "label"))}
    return found


def _questions(rows: Sequence[Mapping[str, Any]], lists: tuple[Mapping[str, _List], str],
               where: str) -> Iterator[Question]:
    groups: list[tuple[str, str]] = []
    for number, row in enumerate(rows, 2):
        kind = _kind(_text(row, "type"))
        place = _("{file}, survey, row {row}").format(file=where, row=number)
        if kind in _OPEN:
            groups.append((_text(row, "name"), kind))
        elif kind in _CLOSE:
            if not groups or groups[-1][1].split()[1] != kind.split()[1]:
                raise InputFormatError(_("A group or repeat ends that did not begin."), where=place)
            groups.pop()
        elif kind and _text(row, "name"):
            yield _question(row, kind, groups, (*lists, place))
    if groups:
        raise InputFormatError(_("A group or repeat is not closed."), where=where, got=groups[-1][0])


def _kind(text: str) -> str:
    """Write a type in one of its spellings."""
    return next((text.replace(other, own, 1) for other, own in _ALIASES.items() if text.startswith(other)), text)


def _question(row: Mapping[str, Any], kind: str, groups: list[tuple[str, str]],
              known: tuple[Mapping[str, _List], str, str]) -> Question:
    lists, language, place = known
    words = kind.split()
    choices: Mapping[str, str] = {}
    translated: Mapping[str, AbstractSet[str]] = {}
    if words[0] in ("select_one", "select_multiple", "rank") and len(words) > 1:
        if words[1] not in lists:
            raise InputFormatError(_("The list of choices is not there."), where=place, got=words[1])
        labels = lists[words[1]].labels
        choices = {**_OTHER, **labels} if "or_other" in words[2:] else labels
        translated = lists[words[1]].translated
    repeat = next((name for name, opened in reversed(groups) if opened == "begin repeat"), "")
    return Question(_text(row, "name"), words[0], _text(row, "label", language), tuple(name for name, _kind in groups),
                    repeat, choices, translated)


def described_by(survey: SurveyFile, form: Form) -> SurveyFile:
    """Give a Kobo or ODK export the labels and choices of its form, and hold its answers against them.

    Parameters
    ----------
    survey : SurveyFile
        An export: one file or sheet of the form, or of one of its repeats.
    form : Form
        The form.

    Returns
    -------
    SurveyFile
        The same rows; columns of questions have their labels, choices and kind, those of a single choice of a
        select_multiple (``question/choice``) that choice's label.

    Raises
    ------
    InputFormatError
        No column belongs to the form, or answers are not among the choices: codes and counts are told, or that labels
        stand where names should.
    """
    found = {}
    for question in form.questions:
        column = next((name for name in question.columns() if name in survey.variables), None)
        if column is not None:
            found[column] = _with_choices(survey, column, question, form.name)
            found |= dict(_single_choices(survey, column, question))
    if not found:
        raise InputFormatError(_("No column of the file belongs to a question of the form."),
                               where=f"{survey.name}, {form.name}")
    return replace(survey, variables={**survey.variables, **found})


def _with_choices(survey: SurveyFile, column: str, question: Question, form: str) -> Variable:
    many = question.kind == "select_multiple"
    if question.choices:
        _require_choices(survey, column, question, form)
    kind = "number" if question.kind in ("integer", "decimal", "range", "calculate") else "text"
    own = survey.variables[column]
    clash = {code for code in own.values.keys() & question.choices.keys()
             if _plain(own.values[code]) not in {_plain(question.choices[code]), *question.translated.get(code, ())}}
    if clash:
        code = min(clash)
        raise InputFormatError(_("A label of the file contradicts that of the form."), where=f"{survey.name}, {column}",
                               expected=f"{code} = {question.choices[code]}", got=f"{code} = {own.values[code]}")
    return replace(own, label=own.label or question.label, values=question.choices or own.values,
                   kind=kind if own.kind == "text" else own.kind, many=many)


def _plain(text: object) -> str:
    return " ".join(str(text).casefold().split())


def _single_choices(survey: SurveyFile, column: str, question: Question) -> Iterator[tuple[str, Variable]]:
    if question.kind != "select_multiple":
        return
    for code, label in question.choices.items():
        name = f"{column}/{code}"
        if name in survey.variables:
            yield name, Variable(name, f"{question.label}: {label}", "text", {"1": label, "0": ""})


def _require_choices(survey: SurveyFile, column: str, question: Question, form: str) -> None:
    counts = codes_of(survey.frame[column]).value_counts()
    given: dict[str, int] = {}
    for answer, count in counts.items():
        for code in str(answer).split() if question.kind == "select_multiple" else [str(answer)]:
            given[code] = given.get(code, 0) + int(count)
    outside = {code: count for code, count in given.items() if code and code not in question.choices}
    if not outside:
        return
    labels = {_plain(label) for label in question.choices.values()}.union(*question.translated.values())
    if any(_plain(str(answer)) in labels for answer in counts.index if answer not in question.choices):
        raise InputFormatError(_("Labels stand where the names of choices should."), where=f"{survey.name}, {column}",
                               hint=_("Export again with XML values and headers."))
    raise InputFormatError(_("Answers are not among the choices of the form."),
                           where=f"{survey.name}, {column}, {form}", got=told_codes(outside),
                           hint=_("Take the form of the same version as the answers."))
