"""Schemathesis asks the API whatever its schema allows, and much that it does not: never a 5xx, never an undeclared answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.clock import now
from service.web.security.sessions import new_token
from service.web.workbench import Workbench
from store import cases, deliveries, findings, records
from store.database import transaction

EXAMPLES = 60
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def real_values(bench: Workbench, town_id: str) -> dict[str, Any]:
    """Path parameters that lead to something, for half of the questions: the rest are 404 before they get anywhere."""
    column = bench.town(town_id).columns[0]
    with bench.town_engine(town_id).connect() as connection:
        return {
            "town": town_id, "case_id": cases.list_cases(connection)[0].id, "column": column.id,
            "record_id": records.page_of_records(connection)[0][0].id, "month": f"{now():%Y-%m}",
            "fingerprint": findings.open_findings(connection)[0].fingerprint,
            "delivery_id": deliveries.list_deliveries(connection)[0].id,
        }


def test_no_question_breaks_the_api(bench: Workbench, town_id: str, serve_bench: Callable[[Workbench], str]) -> None:
    url = serve_bench(bench)
    with transaction(bench.engine) as connection:
        _, secret = new_token(connection, "leader", "schemathesis", now(), None)
    schema = schemathesis.openapi.from_url(url + "/api/openapi.json")
    known = real_values(bench, town_id)
    asked = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation, mode, known, {"Authorization": f"Bearer {secret}"})
        asked.append(operation.label)
    assert len(asked) > 12


def _ask(operation: Any, mode: GenerationMode, known: dict[str, Any], headers: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES // 2, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def question(case: Any, real: bool) -> None:
        if real:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        elif "town" in case.path_parameters:
            case.path_parameters["town"] = known["town"]
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        question()
    except Exception as error:
        raise AssertionError(f"{operation.label}, {mode}: {error}") from error
