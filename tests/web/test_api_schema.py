"""The description of the API: committed as the code gives it, and kept by every answer to made-up requests."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import make_token
from ekistics.web.api import doors
from ekistics.web.api.site import description
from ekistics.web.observatory.models import DATASET_KINDS
from ekistics.web.policy import SCOPES, Role, State
from tools import make_openapi

OPERATIONS = [(path, method) for path, methods in description()["paths"].items() for method in methods]


def test_the_committed_description_is_that_of_the_code() -> None:
    assert make_openapi.TARGET.read_text(encoding="utf-8") == make_openapi.text(), "run python -m tools.make_openapi"


def test_the_description_names_every_kind_of_entry() -> None:
    said = description()["components"]["schemas"]["Dataset"]["properties"]["kind"]["description"]
    assert all(kind in said for kind, _words in DATASET_KINDS), said


def asked(path: str, method: str, examples: int, **sent: Any) -> set[int]:
    """Send whatever the description allows, hold each answer against it, and give the statuses that came."""
    schema = schemathesis.openapi.from_dict(description())
    schema.app = get_wsgi_application()
    operation = schema[path][method.upper()]
    statuses: Counter[int] = Counter()

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None,
              phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data: Any) -> None:
        case = data.draw(operation.as_strategy())
        case.path_parameters = sent.get("path_parameters", case.path_parameters)
        case.headers = {**(case.headers or {}), "Accept-Encoding": "identity", **sent.get("headers", {})}
        response = case.call(base_url="http://testserver", app=schema.app)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=[not_a_server_error, content_type_conformance,
                                                 response_schema_conformance, status_code_conformance])

    ask()
    print(f"SHOWN schemathesis {method.upper()} {path}: {statuses.total()} answers as described, by status "
          + ", ".join(f"{status} {count}" for status, count in sorted(statuses.items())))
    return set(statuses)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_as_described(publish: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, path: str,
                                      method: str) -> None:
    publish()
    monkeypatch.setattr(doors, "meter", doors.Meter(most=10**9))
    assert asked(path, method, 12) <= {200, 401, 404, 422}


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "method"), [(path, method) for path, method in OPERATIONS if "{edition}/" in path])
def test_the_workflow_answers_whatever_a_program_with_every_scope_sends(
        publish: Callable[..., Any], person: Callable[..., User], monkeypatch: pytest.MonkeyPatch, path: str,
        method: str) -> None:
    edition = publish(state=State.DRAFT).edition
    monkeypatch.setattr(doors, "meter", doors.Meter(most=10**9))
    _row, text = make_token(person(Role.ADMINISTRATOR), "all", SCOPES)
    statuses = asked(path, method, 40, path_parameters={"edition": edition},
                     headers={"Authorization": f"Bearer {text}"})
    assert statuses <= {200, 403, 409, 422} and statuses & {200, 409}
