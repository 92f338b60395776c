"""Write src/wemakeprice_sdk/catalogue/catalogue.schema.json from the classes, or check that it is in step.

Types come from the annotations, descriptions from the docstrings below the fields.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import sys
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import attrs

from wemakeprice_sdk.catalogue import CatalogueProduct, CatalogueVariant, Provenance
from wemakeprice_sdk.catalogue.form import FORMAT
from wemakeprice_sdk.models import OpenEnum

TARGET = Path(__file__).resolve().parent.parent / "src/wemakeprice_sdk/catalogue/catalogue.schema.json"
SOURCES = {
    "type": "object",
    "description": "Source of each field: an index into `sources` of the product.",
    "additionalProperties": {"type": "integer", "minimum": 0},
}


def described(kind: type) -> dict[str, str]:
    """Return the docstrings below the fields of a class."""
    body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
    found = {}
    for node, after in pairwise(body):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(after, ast.Expr)
            and isinstance(node.target, ast.Name)
        ):
            found[node.target.id] = " ".join(inspect.cleandoc(after.value.value).split())  # type: ignore[attr-defined]
    return found


class Schema:
    def __init__(self) -> None:
        self.defs: dict[str, Any] = {}

    def of(self, hint: Any) -> dict[str, Any]:
        origin = get_origin(hint)
        if origin is UnionType:
            return self.of(next(one for one in get_args(hint) if one is not type(None)))
        if origin is tuple:
            return {"type": "array", "items": self.of(get_args(hint)[0])}
        if attrs.has(hint):
            if hint.__name__ not in self.defs:
                self.defs[hint.__name__] = {}
                self.defs[hint.__name__] = self.object(hint)
            return {"$ref": f"#/$defs/{hint.__name__}"}
        if issubclass(hint, OpenEnum):
            self.defs[hint.__name__] = {
                "description": "; ".join(f"{one.name}: {one.korean}" for one in hint)
                + "; a code that is not listed: ? and its text.",
                "anyOf": [{"enum": list(hint.__members__)}, {"type": "string", "pattern": r"^\?"}],
            }
            return {"$ref": f"#/$defs/{hint.__name__}"}
        if issubclass(hint, StrEnum):
            return {"enum": [one.value for one in hint]}
        if hint is datetime:
            return {"type": "string", "format": "date-time"}
        return {"type": {str: "string", int: "integer", bool: "boolean"}[hint]}

    def object(self, kind: type, **more: dict[str, Any]) -> dict[str, Any]:
        hints, texts = get_type_hints(kind), described(kind)
        properties = dict(more)
        for one in attrs.fields(kind):
            if one.name not in properties:
                text = {"description": texts[one.name]} if one.name in texts else {}
                properties[one.name] = {**self.of(hints[one.name]), **text}
        required = [one.name for one in attrs.fields(kind) if one.default is attrs.NOTHING]
        return {
            "type": "object",
            "description": " ".join((inspect.getdoc(kind) or "").split()),
            "additionalProperties": False,
            "required": [name for name in ("format", "id") if name in more] + required,
            "properties": properties,
        }


def written() -> str:
    schema = Schema()
    schema.defs["CatalogueVariant"] = schema.object(
        CatalogueVariant,
        id={"type": "string", "pattern": "^wmp-[0-9]+-[0-9a-f]{12}$"},
        provenance=SOURCES,
    )
    product = schema.object(
        CatalogueProduct,
        format={"const": FORMAT, "description": "Number of this form."},
        id={"type": "string", "pattern": "^wmp-[0-9]+$", "description": "The same over every export."},
        variants={"type": "array", "items": {"$ref": "#/$defs/CatalogueVariant"}},
        sources={"type": "array", "items": schema.of(Provenance)},
        provenance=SOURCES,
    )
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:wemakeprice-sdk:catalogue:{FORMAT}",
        "title": "Product of the neutral catalogue",
        **product,
        "$defs": dict(sorted(schema.defs.items())),
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = written()
    if parser.parse_args().check:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET.name} is not what the classes say: run python scripts/catalogue_schema.py")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
