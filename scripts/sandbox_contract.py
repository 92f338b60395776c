"""Derive what the sandbox needs of the contract at run time: `sandbox/contract.json`.

The sandbox has no YAML and no JSON Schema package at run time. This script keeps the request side of
`contract/openapi.yaml` (operations, parameters, bodies, couriers) in a small form that
`wemakeprice_sdk.sandbox.schema` reads. `--check` fails when the checked-in file is not what comes out.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "contract" / "openapi.yaml"
TARGET = ROOT / "src" / "wemakeprice_sdk" / "sandbox" / "contract.json"

KEPT = (
    "type", "format", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum",
    "minItems", "maxItems", "required", "default",
)  # fmt: skip
KINDS = {"yyyy-MM-dd HH:mm:ss KST": "timestamp", "yyyy-MM-dd KST": "day", "yyyy-MM-dd HH:00 KST": "hour"}
# Where the server answers otherwise than with a validation error, or takes a 0 for "none" (CONTRACT.md 13, 39, 81),
# or a setting decides (119).
RELAXED: dict[tuple[str, str], dict[str, object]] = {
    ("ShipRequest", "invoiceNo"): {"pattern": "^[0-9]+$", "maxLength": None},
    ("ChangeInvoiceRequest", "invoiceNo"): {"pattern": "^[0-9]+$", "maxLength": None},
    ("ProductBasicInput", "brandNo"): {"minimum": 0},
    ("ProductBasicInput", "makerNo"): {"minimum": 0},
    ("ProductInput", "productNo"): {"minimum": 0},
    ("ShippingTemplateInput", "shipPolicyNo"): {"minimum": 0},
    ("ShippingTemplateInput", "freeCondition"): {"minimum": 0},
}


def compact(schema: object, found: set[str]) -> object:
    """Keep what decides whether a request is accepted."""
    if not isinstance(schema, dict):
        return schema
    out: dict[str, object] = {key: schema[key] for key in KEPT if key in schema}
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        found.add(name)
        out["ref"] = name
    if schema.get("x-format") in KINDS:
        out["kind"] = KINDS[schema["x-format"]]
    if "x-server-cuts" in schema:
        out["cut"] = schema["x-server-cuts"]
    if "properties" in schema:
        out["properties"] = {key: compact(value, found) for key, value in schema["properties"].items()}
    for key in ("if", "then", "else", "not", "items"):
        if key in schema:
            out[key] = compact(schema[key], found)
    if "allOf" in schema:
        out["allOf"] = [compact(part, found) for part in schema["allOf"]]
    return out


def named(name: str, source: dict[str, dict[str, object]], found: set[str]) -> object:
    schema = compact(source[name], found)
    assert isinstance(schema, dict)
    properties = schema.get("properties", {})
    for (owner, key), change in RELAXED.items():
        if owner == name:
            properties[key] |= change
            for dropped in [k for k, v in properties[key].items() if v is None]:
                del properties[key][dropped]
    if "parcelCompanyCode" in properties:
        properties["parcelCompanyCode"]["kind"] = "courier"
    return schema


def operation(method: str, path: str, item: dict[str, object], found: set[str]) -> dict[str, object]:
    row: dict[str, object] = {
        "method": method.upper(),
        "path": path,
        "summary": item["summary"],
        "grades": f"{item['x-evidence-operation']}/{item['x-evidence-path']}",
    }
    if "requestBody" in item:
        row["body"] = compact(item["requestBody"]["content"]["application/json"]["schema"], found)
    else:
        parameters = item.get("parameters", [])
        row["query"] = {
            "type": "object",
            "required": [p["name"] for p in parameters if p["required"]],
            "properties": {p["name"]: compact(p["schema"], found) for p in parameters},
        }
    return row


def derive() -> str:
    document = yaml.load(SOURCE.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    waiting: set[str] = set()
    operations = {
        item["operationId"]: operation(method, path, item, waiting)
        for path, methods in document["paths"].items()
        for method, item in methods.items()
    }
    schemas: dict[str, object] = {}
    while waiting - schemas.keys():
        name = min(waiting - schemas.keys())
        schemas[name] = named(name, document["components"]["schemas"], waiting)
    whole = {
        "operations": operations,
        "schemas": dict(sorted(schemas.items())),
        "couriers": document["x-couriers"]["codes"],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the checked-in file differs")
    check = parser.parse_args().check
    text = derive()
    if check:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print(
                f"{TARGET.relative_to(ROOT)} is not what contract/openapi.yaml gives; run scripts/sandbox_contract.py"
            )
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
