"""Both sides of contract/openapi.yaml: every property has a field, every field a property, every bound a check."""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wemakeprice_sdk.models as models
from wemakeprice_sdk.models import InputLimits, OpenEnum, ReadModel, WriteModel, wire_name
from wemakeprice_sdk.models._rules import field_specs

DEEP = InputLimits(max_option_depth=5)

# Envelopes, containers and write results are read by the wire layer and never reach a user.
NO_MODEL = {"BundleData", "ClaimData", "WriteResult", "ShippingTemplateWriteResult", "ProductWriteResult"}
OURS = ("raw", "faults")
SECOND_SPELLINGS = {
    ("NoticeTemplateItem", "defaultValue"),
    ("SellerShip", "shipMng"),
    ("SettlementOrderLine", "wmpDiscountBurdenFee"),
    ("SettlementOrderLine", "wmpEpAmt"),
}
# Read as numbers although they travel as text, or read as another class than their wire type says.
OTHER_KINDS = {("SettlementOrderLine", "feeRate"): Decimal}


def schema_names(contract: Any) -> set[str]:
    return {
        name
        for name, schema in contract.schemas.items()
        if "properties" in schema and not name.endswith("Envelope") and name not in NO_MODEL
    }


def is_write(schema: dict[str, Any]) -> bool:
    return schema.get("additionalProperties") is False


def test_every_schema_has_a_model_and_every_model_a_schema(contract: Any, tools: SimpleNamespace) -> None:
    built = {cls.__name__: cls for base in (ReadModel, WriteModel) for cls in tools.classes(base)}
    assert set(built) == schema_names(contract)
    for name, cls in built.items():
        assert issubclass(cls, WriteModel) == is_write(contract.schemas[name]), name


def test_every_property_has_a_field_and_every_field_a_property(contract: Any, model: type) -> None:
    wanted = set(contract.schemas[model.__name__]["properties"])
    wanted -= {key for name, key in SECOND_SPELLINGS if name == model.__name__}
    names = [attribute.name for attribute in attrs.fields(model) if attribute.name not in OURS]
    assert {wire_name(name) for name in names} == wanted
    assert len(names) == len(wanted)


def resolve(prop: dict[str, Any]) -> dict[str, Any]:
    for choice in prop.get("anyOf", ()):
        if "$ref" in choice:
            return {**prop, **choice}
    return prop


def json_type(prop: dict[str, Any]) -> str:
    kind = prop.get("type", "object")
    return kind if isinstance(kind, str) else next(k for k in kind if k != "null")


def expected_kind(prop: dict[str, Any]) -> type | str:
    if "$ref" in prop:
        return str(prop["$ref"].rpartition("/")[2])
    form = prop.get("x-format", "")
    if form.startswith("yyyy-MM-dd HH"):
        return datetime
    if form.startswith("yyyy"):
        return date
    if {"Y", "N"} == {value for value in prop.get("enum", ()) if value}:
        return bool
    if prop.get("enum"):
        return OpenEnum
    return {"integer": int, "string": str}[json_type(prop)]


def strip(hint: Any) -> Any:
    while get_origin(hint) not in (None, tuple):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def test_kinds_agree_with_the_contract(contract: Any, model: type) -> None:
    hints = get_type_hints(model)
    for attribute in attrs.fields(model):
        key = wire_name(attribute.name)
        if attribute.name in OURS:
            continue
        prop = resolve(contract.schemas[model.__name__]["properties"][key])
        kind = strip(hints[attribute.name])
        if json_type(prop) == "array":
            assert get_origin(kind) is tuple, key
            kind, prop = strip(get_args(kind)[0]), prop["items"]
        wanted = OTHER_KINDS.get((model.__name__, key)) or expected_kind(prop)
        number_as_text = key.endswith(("No", "NoList")) and kind is int and wanted is str
        if wanted is OpenEnum:
            assert issubclass(kind, OpenEnum), key
        elif not number_as_text:
            assert wanted in (kind, kind.__name__), f"{model.__name__}.{key}"


def test_mandatory_keys_of_write_shapes(contract: Any, write_model: type[WriteModel]) -> None:
    schema = contract.schemas[write_model.__name__]
    for spec in field_specs(write_model).values():
        prop = schema["properties"][spec.wire]
        nullable = "null" in prop.get("type", ())
        assert spec.optional == (spec.wire not in schema["required"] or nullable), spec.wire


def test_only_identifiers_are_mandatory_in_read_shapes(contract: Any, read_model: type[ReadModel]) -> None:
    for attribute in attrs.fields(read_model):
        if attribute.default is attrs.NOTHING:
            schema = contract.schemas[read_model.__name__]
            assert wire_name(attribute.name) in schema["required"]
            assert wire_name(attribute.name).endswith(("No", "Seq", "Code"))


def documented(cls: type) -> Iterator[tuple[str, str]]:
    tree = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(tree, ast.ClassDef)
    for first, second in zip(tree.body, tree.body[1:], strict=False):
        is_text = isinstance(second, ast.Expr) and isinstance(second.value, ast.Constant)
        if isinstance(first, ast.AnnAssign) and isinstance(first.target, ast.Name) and is_text:
            yield first.target.id, second.value.value  # type: ignore[attr-defined]


def korean_term(text: str) -> str:
    depth = 0
    for index in range(len(text.rstrip(".")) - 1, -1, -1):
        depth += (text[index] == ")") - (text[index] == "(")
        if depth == 0:
            return text[index + 1 : len(text.rstrip(".")) - 1]
    raise AssertionError(text)


def test_every_field_is_documented_with_term_and_grade(contract: Any, model: type) -> None:
    schema = contract.schemas[model.__name__]
    docs = dict(documented(model))
    for attribute in attrs.fields(model):
        if attribute.name in OURS:
            continue
        prop = schema["properties"][wire_name(attribute.name)]
        text = docs[attribute.name]
        assert korean_term(prop["description"]) in text, attribute.name
        assert text.endswith(f"[{prop['x-evidence']}]"), attribute.name
    assert f"[{schema['x-evidence']}]" in (model.__doc__ or "")


def test_korean_terms_of_violations_are_the_contract_ones(
    contract: Any, write_model: type[WriteModel]
) -> None:
    for spec in field_specs(write_model).values():
        prop = contract.schemas[write_model.__name__]["properties"][spec.wire]
        assert spec.korean == korean_term(prop["description"])


# --- every bound is enforced -------------------------------------------------------------------------------


@cache
def samples(contract: Any) -> dict[str, dict[str, Any]]:
    """Return one valid body of every write schema, taken out of the contract's examples."""
    found: dict[str, dict[str, Any]] = {}

    def walk(name: str, body: dict[str, Any]) -> None:
        found.setdefault(name, body)
        for key, prop in contract.schemas[name]["properties"].items():
            target = prop.get("$ref") or prop.get("items", {}).get("$ref")
            if target and key in body:
                for item in body[key] if isinstance(body[key], list) else [body[key]]:
                    walk(target.rpartition("/")[2], item)

    for _, name, body in contract.examples():
        walk(name, body)
    policy = found["ShippingTemplateInput"]
    fields = contract.schemas["ShipInfoInput"]["properties"]
    found["ShipInfoInput"] = {key: policy[key] for key in fields if key in policy}
    found["ShipInfoInput"].setdefault("holidayExceptYn", "Y")
    found.setdefault("BranchInput", {"branchId": "B1", "originPrice": 1000, "salePrice": 900, "useYn": "Y"})
    return found


def too_long(prop: dict[str, Any]) -> str:
    return "9" * (prop["maxLength"] + 1)


def breaking(prop: dict[str, Any]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Return (bad value, the rules one of which must name it) for every bound of a property."""
    kind = json_type(prop)
    if kind == "integer":
        yield from ((value, ("type int",)) for value in (1.5, True, "x", [1]))
        if "minimum" in prop:
            yield prop["minimum"] - 1, ("range",)
        if "maximum" in prop:
            yield prop["maximum"] + 1, ("range",)
    elif kind == "array":
        if prop.get("minItems"):
            yield [], ("items",)
        if "maxItems" in prop:
            item = {} if "$ref" in prop["items"] else "1"
            yield [item] * (prop["maxItems"] + 1), ("items",)
        yield "x", ("type tuple",)
    elif kind == "string":
        yield from breaking_text(prop)
    else:
        yield "x", ("type",)


def breaking_text(prop: dict[str, Any]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    yield 1.5, ("type", "enum")
    if prop.get("enum"):
        yield "?", ("enum", "type bool")
        return
    if prop.get("minLength"):
        yield "", ("not blank", "length")
        yield "   ", ("not blank",)
    if prop.get("minLength", 1) > 1:
        yield "9" * (prop["minLength"] - 1), ("length",)
    if "maxLength" in prop:
        yield too_long(prop), ("length", "pattern")
    if "x-max-bytes" in prop:
        yield "가" * (prop["x-max-bytes"] // 3 + 1), ("bytes",)
    if "pattern" in prop:
        wrong = [value for value in ("D1", "x,,,,,,,,,,,", "-1a") if not re.search(prop["pattern"], value)]
        assert wrong
        yield from ((value, ("pattern", "courier", "type")) for value in wrong)


def wrong_cases(contract: Any, name: str) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    schema = contract.schemas[name]
    for key, prop in schema["properties"].items():
        if key in schema["required"] and "null" not in prop.get("type", ()):
            yield key, None, ("required",)
        for value, rules in breaking(prop):
            yield key, value, rules


def test_every_bound_of_the_contract_is_enforced(
    contract: Any, write_model: type[WriteModel], tools: SimpleNamespace
) -> None:
    body = samples(contract)[write_model.__name__]
    assert tools.load(write_model, body).violations(DEEP) == ()
    count = 0
    for key, value, rules in wrong_cases(contract, write_model.__name__):
        broken = {**body, key: value}
        found = [v for v in tools.load(write_model, broken).violations(DEEP) if v.path == key]
        assert any(v.rule.startswith(rules) for v in found), f"{key}={value!r}: {rules} not in {found}"
        for violation in found:
            assert violation.message.startswith(key)
            assert violation.message_ko
        count += 1
    assert count >= len(contract.schemas[write_model.__name__]["required"])


def item_cases(contract: Any) -> Iterator[tuple[str, str, Any]]:
    for name, schema in contract.schemas.items():
        if not is_write(schema):
            continue
        for key, prop in schema["properties"].items():
            items = prop.get("items", {})
            if "maxLength" in items:
                yield name, key, too_long(items)
            if "pattern" in items:
                yield name, key, "x1"


def test_bounds_of_list_items_are_enforced(contract: Any, tools: SimpleNamespace) -> None:
    cases = list(item_cases(contract))
    assert len(cases) == 3
    for name, key, value in cases:
        body = {**samples(contract)[name], key: ["1", value]}
        found = tools.load(getattr(models, name), body).violations()
        assert f"{key}[1]" in {violation.path for violation in found}


def test_examples_of_the_contract_pass(
    example: tuple[str, str, dict[str, Any]], tools: SimpleNamespace
) -> None:
    _, name, body = example
    assert tools.load(getattr(models, name), body).violations() == ()


def test_examples_come_out_as_they_went_in(
    example: tuple[str, str, dict[str, Any]], tools: SimpleNamespace
) -> None:
    _, name, body = example
    expected = copy.deepcopy(body)
    for block in (expected.get("sale"), expected):
        if isinstance(block, dict) and block.get("originPrice", 0) is None:
            del block["originPrice"]
    assert tools.dump(tools.load(getattr(models, name), body)) == expected


# --- our rules and JSON Schema say the same -----------------------------------------------------------------

# Rules that no schema can express; everything else must be refused by both.
STRICTER = (
    "not blank",
    "unique",
    "courier code",
    "no an iframe",
    "always-on",
    "start + 5",
    "after sale",
    "window",
)
STRICTER += ("not before", "bytes")


def only_ours(violation: Any) -> bool:
    missing_number = violation.path.endswith("certificationNo") and violation.rule == "required"
    return missing_number or violation.rule.startswith(STRICTER)


def values_of(prop: dict[str, Any], sample: Any) -> list[Any]:
    """Return values of a property on both sides of its bounds, for mutation."""
    kind = json_type(prop)
    found = [] if sample is None else [sample]
    if prop.get("enum"):
        return [*found, *(value for value in prop["enum"] if value), "?"]
    if kind == "integer":
        low, high = prop.get("minimum", 1), prop.get("maximum", 10**10)
        return [*found, low, high, low - 1, high + 1, 1, 2]
    if kind == "array":
        item = sample[0] if sample else None
        full = [[item] * count for count in (1, 2, prop.get("maxItems", 2) + 1)] if item else []
        return [*found, [], *full]
    if kind != "string":
        return found
    if prop.get("x-format", "").startswith("yyyy"):
        return [*found, "2024-02-30 99:00:00"]
    if "pattern" in prop:
        return [*found, "12345", "D002", "x-1,"]
    size = prop.get("maxLength", 30)
    return [*found, "가" * size, "나" * (size + 1), ""]


SMALL = sorted(
    name
    for name in models.__all__
    if isinstance(getattr(models, name), type)
    and issubclass(getattr(models, name), WriteModel)
    and name != "WriteModel"
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("name", SMALL)
def test_our_rules_and_the_schema_agree(
    name: str, contract: Any, tools: SimpleNamespace, data: st.DataObject
) -> None:
    schema = contract.schemas[name]
    body = dict(samples(contract)[name])
    keys = data.draw(st.lists(st.sampled_from(sorted(schema["properties"])), max_size=4, unique=True))
    for key in keys:
        choices = values_of(schema["properties"][key], body.get(key))
        value = data.draw(st.sampled_from([*choices, None]))
        if value is None:
            body.pop(key, None)
        else:
            body[key] = value
    found = tools.load(getattr(models, name), body).violations(DEEP)
    if name == "CertificationInput":
        body.setdefault("certificationNo", None)  # None is written, not left out
    valid = contract.validator(name).is_valid(body)
    if not valid:
        assert found, body
    if any(not only_ours(violation) for violation in found):
        assert not valid, found


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_shipping_template_matrix_is_the_schema_s(
    contract: Any, tools: SimpleNamespace, data: st.DataObject
) -> None:
    """Every combination of the switches of the matrix, with and without the keys they govern."""
    body = {**samples(contract)["ShippingTemplateInput"]}
    choices: dict[str, list[Any]] = {
        "shipType": ["FREE", "FIXED", "COND"],
        "bundleKind": ["PRD", "BND"],
        "shipFee": [None, 2500],
        "freeCondition": [None, 30000],
        "differenceYn": [None, "Y", "N"],
        "differenceCount": [None, 3],
        "prepaymentYn": [None, "Y", "N"],
        "shipFeeDisplayYn": [None, "Y", "N"],
        "shipArea": ["WHOLE", "NO_MOUNTAIN_ISLAND"],
        "jejuShipFee": [None, 3000],
        "islandMountainShipFee": [None, 0],
        "releaseDay": [1, 2, 15],
        "releaseTime": [None, 14],
    }
    for key, values in choices.items():
        value = data.draw(st.sampled_from(values), label=key)
        body.pop(key, None)
        if value is not None:
            body[key] = value
    found = tools.load(models.ShippingTemplateInput, body).violations()
    assert (found == ()) == contract.validator("ShippingTemplateInput").is_valid(body), found


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_option_blocks_agree_with_the_schema(
    contract: Any, tools: SimpleNamespace, data: st.DataObject
) -> None:
    depth = data.draw(st.integers(1, 5))
    block: dict[str, Any] = {"selectOptionUseYn": data.draw(st.sampled_from("YYYN")), "textOptionUseYn": "N"}
    if data.draw(st.booleans()):
        block["textOptionUseYn"] = "Y"
        block["textOptionDepth"] = data.draw(st.integers(1, 2))
    for key, count in (("textOptionTitle", 2), ("selectOptionTitle", 5)):
        upto = data.draw(st.integers(0, count), label=key)
        block |= {f"{key}{level}": f"제목{level}" for level in range(1, upto + 1)}
    if data.draw(st.booleans()):
        block["selectOptionDepth"] = depth
    levels = data.draw(st.lists(st.integers(1, 5), max_size=2))
    rows = [
        {"stockCount": 1, "displayYn": "Y"} | {f"optionValue{n}": f"값{index}{n}" for n in range(1, upto + 1)}
        for index, upto in enumerate(levels)
    ]
    if data.draw(st.booleans()):
        block["selectOptionValueList"] = rows
    found = tools.load(models.ProductOptionInput, block).violations(DEEP)
    assert (found == ()) == contract.validator("ProductOptionInput").is_valid(block), (block, found)
