"""The tolerant reader of requests, and the file it reads its rules from."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.sandbox import schema
from wemakeprice_sdk.sandbox.answers import Failed

ROOT = Path(__file__).resolve().parents[2]


def test_the_checked_in_rules_are_what_the_contract_gives():
    done = subprocess.run(
        [sys.executable, "scripts/sandbox_contract.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_operation_of_the_contract_has_a_route(openapi):
    from wemakeprice_sdk.sandbox.core import ROUTES

    named = {item["operationId"] for methods in openapi["paths"].values() for item in methods.values()}
    assert set(ROUTES) == set(schema.load()["operations"]) == named
    assert len(named) == 44


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("5", 5), ("-5", -5), ("12900.0", 12900), (12900.0, 12900), ("007", 7), (2**62, 2**62)],
)
def test_integers(value, number):
    assert schema.as_integer(value) == number


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "",
        " 5",
        "5 ",
        "5\n",
        "1e3",
        "1,000",
        1.5,
        "1.5",
        float("inf"),
        float("nan"),
        [],
        "９",
        "9" * 30,
    ],
)
def test_no_integers(value):
    assert schema.as_integer(value) is None


def examples(openapi):
    for methods in openapi["paths"].values():
        for item in methods.values():
            body = item.get("requestBody", {}).get("content", {}).get("application/json", {})
            for name, example in body.get("examples", {}).items():
                yield item["operationId"], name, example["value"]


def test_every_request_example_is_accepted_unchanged_even_in_strict_mode(openapi):
    found = list(examples(openapi))
    assert len(found) > 24
    for operation, _, body in found:
        rule = schema.load()["operations"][operation]["body"]
        assert schema.read_request(body, rule, strict=True) == body


def referenced(openapi, name):
    whole = {"$ref": f"#/components/schemas/{name}", "components": openapi["components"]}
    return jsonschema.Draft202012Validator(whole)


def read(body, name):
    """Return the cleaned body, or the refusal."""
    try:
        return schema.read_request(body, {"ref": name}), None
    except Failed as failed:
        return {}, failed


VALUES = st.sampled_from(
    [None, 0, 1, 2, 15, 3000, -1, "", "Y", "N", "X", "KP", "PRD", "BND", "FREE", "FIXED", "COND"]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    change=st.dictionaries(
        st.sampled_from(sorted(schema.load()["schemas"]["ShippingTemplateInput"]["properties"])),
        VALUES,
        max_size=6,
    )
)
def test_whatever_the_contract_accepts_the_sandbox_accepts(openapi, policy_body, change):
    body = {key: value for key, value in (policy_body | change).items() if value is not None}
    strict = not list(referenced(openapi, "ShippingTemplateInput").iter_errors(body))
    clean, refusal = read(body, "ShippingTemplateInput")
    if refusal is not None:
        assert refusal.code == 422
        assert not strict
    else:
        # The sandbox may be more tolerant, but what it keeps is what the contract allows.
        kept = {key: value for key, value in clean.items() if value != 0 or key != "shipPolicyNo"}
        assert not list(referenced(openapi, "ShippingTemplateInput").iter_errors(kept))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    block=st.sampled_from(["basic", "sale", "detail", "option", "noticeList", "etc", "branchList"]),
    value=JSON,
)
def test_no_value_breaks_the_reader(product_body, block, value):
    clean, refusal = read(product_body | {block: value}, "ProductInput")
    if refusal is not None:
        assert refusal.code == 422
        assert block in refusal.text
    else:
        json.dumps(clean)
