"""The project's own copy of the contract: a valid document, valid examples, the same in both its halves."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "contract"
PROSE = (FOLDER / "CONTRACT.md").read_text("utf-8")
SECTIONS = PROSE.split("\n## ")
VERBS = ("get", "post")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((FOLDER / "openapi.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return loaded


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        row["operationId"]: (verb.upper(), path, row)
        for path, verbs in document["paths"].items()
        for verb, row in verbs.items()
        if verb in VERBS
    }


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_check_of_the_document_can_fail(document: dict[str, Any]) -> None:
    schemas = {**document["components"]["schemas"], "Bad": {"type": "no such type"}}
    broken = {**document, "components": {**document["components"], "schemas": schemas}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def examples(node: Any, place: str = "$") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Return every example with the schema it has to obey: of parameters, of bodies, and inside schemas."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from examples(item, f"{place}[{index}]")
    if not isinstance(node, dict):
        return
    is_schema = "schema" not in node and ("type" in node or "$ref" in node)
    schema = node if is_schema else node.get("schema")
    if isinstance(schema, dict):
        if "example" in node:
            yield f"{place}.example", schema, node["example"]
        named = node.get("examples")
        if isinstance(named, dict):
            for name, example in named.items():
                yield f"{place}.examples.{name}", schema, example["value"]
        elif isinstance(named, list):
            for value in named:
                yield f"{place}.examples", schema, value
    for key, value in node.items():
        if key not in ("example", "examples"):
            yield from examples(value, f"{place}.{key}")


def test_every_example_obeys_its_schema(document: dict[str, Any]) -> None:
    wrong: list[str] = []
    found = list(examples(document))
    for place, schema, value in found:
        whole = {**schema, "components": document["components"]}
        wrong += [f"{place}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]
    assert wrong == []
    bodies = [place for place, _, _ in found if ".content." in place]
    assert {place.split(".examples")[0] for place in bodies} >= {
        f"$.paths.{path}.{verb.lower()}.responses.200.content.application/json"
        for verb, path, _ in operations(document).values()
    }


def test_the_prose_lists_the_same_operations(document: dict[str, Any]) -> None:
    """Section 4 says the same as the document: call, grades, retry, and the read that verifies."""
    rows = re.findall(
        r"^\| (\w+) \| (GET|POST) `([^`]+)` (.+?) \| ([ABC]) / ([ABC]) \| (\w+) \| (.*?) *\|$",
        PROSE,
        re.MULTILINE,
    )
    there = operations(document)
    assert [row[0] for row in rows] == list(there)
    assert len(rows) == 44
    for name, verb, path, korean, operation, path_grade, retry, verify in rows:
        method, place, row = there[name]
        assert (verb, path) == (method, place)
        assert row["summary"].endswith(f"({korean})")
        assert (operation, path_grade) == (row["x-evidence-operation"], row["x-evidence-path"])
        assert retry == {"unsafe-verify": "verify"}.get(row["x-retry"], row["x-retry"])
        create = row.get("x-variants", {}).get("create", {}).get("x-verify-with")
        wanted = row.get("x-verify-with", "") + (f"; create: {create}" if create else "")
        assert verify == wanted


def test_the_prose_lists_the_same_couriers(document: dict[str, Any]) -> None:
    listed = dict(
        re.findall(r"(D\d{3}) ([^·\n]+?)(?= ·|\n)", PROSE.split("Courier codes")[1].split("\n## ")[0])
    )
    assert listed == document["x-couriers"]["codes"]
    assert len(listed) == 45


def test_the_prose_numbers_its_sections_and_behaviours_without_a_gap() -> None:
    assert [int(text.split(".")[0]) for text in SECTIONS[1:]] == list(range(1, 14))
    behaviours = [
        int(number) for number in re.findall(r"^(\d+)\. (?!What the sandbox)", SECTIONS[-1], re.MULTILINE)
    ]
    assert behaviours == list(range(1, 124))


def test_the_wheel_carries_both_files() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"contract": "wemakeprice_sdk/contract"}
    assert {path.name for path in FOLDER.iterdir()} == {"openapi.yaml", "CONTRACT.md"}
