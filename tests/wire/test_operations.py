"""Every row of the table equals the contract, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from wemakeprice_sdk.wire.operations import OPERATIONS, Channel, Family, Meaning, Operation, ParamKind, Shape

ROOT = Path(__file__).parents[2]
CONTRACT = yaml.load((ROOT / "contract/openapi.yaml").read_text("utf-8"), yaml.CSafeLoader)
SCHEMAS = CONTRACT["components"]["schemas"]
PATHS: dict[str, tuple[str, str, dict[str, Any]]] = {
    body["operationId"]: (verb.upper(), path, body)
    for path, verbs in CONTRACT["paths"].items()
    for verb, body in verbs.items()
}
# Texts the contract calls already done, which the table nevertheless checks before believing them:
# the marked ones, and those that fit other states as well (docs/contract-decisions.md).
CHECKED = {
    ("orders_confirm", "이미"),
    ("orders_ship", "이미"),
    ("orders_complete_direct", "이미"),
    ("orders_cancel_option", "이미"),
    ("claims_approve", "완료된"),
    ("claims_reject", "거절된"),
    ("claims_hold", "보류된"),
    ("claims_register_pickup", "수거요청대기 상태에서만"),
    ("claims_register_pickup", "클레임 신청단계만"),
    ("claims_complete_pickup", "신청/보류 단계만"),
    ("claims_ship_exchange", "신청/보류"),
    ("claims_complete_exchange", "완료된"),
    ("products_set_status", "변경할 수 없는 상태"),
}


def ref_name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def success_schema(body: dict[str, Any]) -> str:
    choices = body["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"]
    return ref_name(choices[0])


def test_the_table_has_the_operations_of_the_contract_in_its_order() -> None:
    assert list(OPERATIONS) == list(PATHS)
    assert len(OPERATIONS) == 44
    assert len({row.sdk_method for row in OPERATIONS.values()}) == 44


@pytest.mark.parametrize("name", PATHS)
def test_row_equals_contract(name: str) -> None:
    verb, path, body = PATHS[name]
    row = OPERATIONS[name]
    assert (row.id, row.method, row.path) == (name, verb, path)
    assert row.sdk_method == body["x-sdk-method"]
    assert body["summary"].endswith(f" ({row.korean})")
    assert row.evidence_operation == body["x-evidence-operation"]
    assert row.evidence_path == body["x-evidence-path"]
    assert row.retry.value == body["x-retry"]
    assert row.family.value == body["x-success-when"]
    assert row.is_read is (body["x-success-when"] == "resultCode == 200")
    assert row.verify_with == body.get("x-verify-with")
    assert row.verify_fallback == body.get("x-verify-fallback")
    assert row.verify_create == body.get("x-variants", {}).get("create", {}).get("x-verify-with")
    assert row.window == body.get("x-window-max")
    assert row.window_evidence == body.get("x-window-evidence")
    assert row.response == success_schema(body)
    asked = body.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    assert row.request == (asked and ref_name(asked))


@pytest.mark.parametrize("name", PATHS)
def test_refusals_equal_contract_in_order(name: str) -> None:
    expected = [(r["match"], r["meaning"], r["channel"], r["evidence"]) for r in PATHS[name][2]["x-refusals"]]
    found = [(r.match, r.meaning.value, r.channel.value, r.evidence) for r in OPERATIONS[name].refusals]
    assert found == expected


def test_refusals_to_verify_are_those_decided() -> None:
    flagged = {(row.id, r.match) for row in OPERATIONS.values() for r in row.refusals if r.verify}
    assert flagged == CHECKED
    for row in OPERATIONS.values():
        for refusal in row.refusals:
            if refusal.verify:
                assert refusal.meaning is Meaning.ALREADY_DONE
                assert row.verify_with, "what is to be verified must be readable"


def expected_kind(schema: dict[str, Any]) -> ParamKind:
    if "enum" in schema:
        return ParamKind.CODE
    if schema["type"] == "integer":
        return ParamKind.NUMBER
    return ParamKind(schema["x-format"]) if "x-format" in schema else ParamKind.TEXT


@pytest.mark.parametrize("name", PATHS)
def test_parameters_equal_contract(name: str) -> None:
    given = PATHS[name][2].get("parameters", [])
    assert [p.name for p in OPERATIONS[name].params] == [p["name"] for p in given]
    for param, wanted in zip(OPERATIONS[name].params, given, strict=True):
        schema = wanted["schema"]
        assert param.required is wanted["required"]
        assert param.kind is expected_kind(schema)
        assert param.codes == tuple(schema.get("enum", ()))
        assert param.default == schema.get("default")
        assert param.minimum == schema.get("minimum", schema.get("minLength"))
        assert param.maximum == schema.get("maximum", schema.get("maxLength"))


def expected_shape(data: dict[str, Any], row: Operation) -> tuple[Shape, str]:
    if not row.is_read:
        return Shape.RESULT, ref_name(data)
    if data.get("type") == "array":
        return Shape.LIST, ref_name(data["items"])
    inner = ref_name(data["anyOf"][0]) if "anyOf" in data else ref_name(data)
    container = SCHEMAS[inner]["properties"]
    for key, shape in (("bundle", Shape.BUNDLES), ("claim", Shape.CLAIMS), ("list", Shape.PAGE)):
        if key in container:
            return shape, ref_name(container[key]["items"])
    return Shape.OBJECT, inner


@pytest.mark.parametrize("name", PATHS)
def test_shape_and_model_equal_contract(name: str) -> None:
    row = OPERATIONS[name]
    data = SCHEMAS[row.response]["properties"]["data"]
    assert (row.shape, row.model) == expected_shape(data, row)


def test_the_contract_uses_no_meaning_or_channel_the_table_lacks() -> None:
    text = json.dumps([body["x-refusals"] for _, _, body in PATHS.values()])
    rows = [r for refusals in json.loads(text) for r in refusals]
    assert {r["meaning"] for r in rows} == {m.value for m in Meaning}
    assert {r["channel"] for r in rows} == {c.value for c in Channel}
    assert {body["x-success-when"] for _, _, body in PATHS.values()} == {f.value for f in Family}


def test_refusal_texts_are_compared_without_blanks() -> None:
    refusal = OPERATIONS["claims_complete_pickup"].refusals[0]
    assert refusal.found_in("이 건은 수거 완료 된 클레임입니다.")
    assert not refusal.found_in("수거요청대기")
