"""Reads a request as tolerantly as the contract says, and names every key that is wrong.

The rules come from `contract.json`, which `scripts/sandbox_contract.py` derives from the contract.
Numbers may come as numeric text and numeric text as numbers; unknown keys are dropped (refused in strict
mode); a key that does not apply is dropped when it is null, 0, empty text or an empty list, else refused.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from wemakeprice_sdk.sandbox.answers import Failed, Json
from wemakeprice_sdk.sandbox.moments import is_kind

MISSING, WRONG, UNKNOWN, FOREIGN = (
    "필수 항목이 누락되었습니다",
    "입력값이 올바르지 않습니다",
    "알 수 없는 항목입니다",
    "적용되지 않는 항목입니다",
)
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.0+)?\Z")
_RANGE = {"int32": 2**31, "int64": 2**63}


@cache
def load() -> Json:
    """Return the request side of the contract."""
    text = resources.files("wemakeprice_sdk.sandbox").joinpath("contract.json").read_text(encoding="utf-8")
    contract: Json = json.loads(text)
    return contract


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # `$` of Python also matches before a final line feed; the contract's does not.
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))


@dataclass(slots=True)
class _Reader:
    schemas: Json
    couriers: Json
    strict: bool
    problems: dict[str, list[str]] = field(default_factory=dict)

    def complain(self, text: str, path: str) -> None:
        paths = self.problems.setdefault(text, [])
        if path not in paths:
            paths.append(path)

    def expand(self, schema: Any, value: object) -> list[Json]:
        """Return the plain rules that hold for `value`: references followed, conditions decided."""
        if not isinstance(schema, dict):
            return []
        rules = [schema]
        if "ref" in schema:
            rules += self.expand(self.schemas[schema["ref"]], value)
        for part in schema.get("allOf", ()):
            rules += self.expand(part, value)
        if "if" in schema:
            branch = "then" if self.holds(schema["if"], value) else "else"
            rules += self.expand(schema.get(branch), value)
        return rules

    def holds(self, condition: Json, value: object) -> bool:
        """Decide an `if` of the contract on a value that was not cleaned yet."""
        if "not" in condition and self.holds(condition["not"], value):
            return False
        if "const" in condition and not _same(value, condition["const"]):
            return False
        if isinstance(value, dict):
            if any(value.get(key) is None for key in condition.get("required", ())):
                return False
            return all(
                self.holds(part, value[key])
                for key, part in condition.get("properties", {}).items()
                if key in value
            )
        return True

    def read_object(self, value: object, rules: list[Json], path: str) -> Json:
        if not isinstance(value, dict):
            self.complain(WRONG, path)
            return {}
        allowed: dict[str, list[Json]] = {}
        foreign: set[str] = set()
        for rule in rules:
            for key, part in rule.get("properties", {}).items():
                if part is False:
                    foreign.add(key)
                else:
                    allowed.setdefault(key, []).append(part)
        required = {key: None for rule in rules for key in rule.get("required", ())}
        clean: Json = {}
        for key, item in value.items():
            at = f"{path}.{key}" if path else key
            if key in foreign:
                if not _is_empty(item):
                    self.complain(FOREIGN, at)
            elif key not in allowed:
                if self.strict:
                    self.complain(UNKNOWN, at)
            elif item is not None or _nullable(allowed[key]):
                clean[key] = self.read_value(item, allowed[key], at)
        for key in required:
            if key not in clean and key not in foreign:
                self.fill(clean, key, allowed.get(key, []), f"{path}.{key}" if path else key)
        return clean

    def fill(self, clean: Json, key: str, rules: list[Json], path: str) -> None:
        default = next((rule["default"] for rule in rules if "default" in rule), None)
        if default is None or any(self.text_breaks(default, rule) for rule in rules):
            self.complain(MISSING, path)
        else:
            clean[key] = default

    def read_value(self, value: object, schemas: list[Json], path: str) -> object:
        rules = [rule for schema in schemas for rule in self.expand(schema, value)]
        types: set[str] = set()
        for rule in rules:
            kind = rule.get("type", ())
            types.update([kind] if isinstance(kind, str) else kind)
        if value is None and "null" in types:
            return None
        if "object" in types:
            return self.read_object(value, rules, path)
        if "array" in types:
            return self.read_list(value, rules, path)
        if "integer" in types:
            return self.read_integer(value, rules, path)
        return self.read_text(value, rules, path)

    def read_list(self, value: object, rules: list[Json], path: str) -> list[object]:
        if not isinstance(value, list):
            self.complain(WRONG, path)
            return []
        if any(
            len(value) < rule.get("minItems", 0) or len(value) > rule.get("maxItems", math.inf)
            for rule in rules
        ):
            self.complain(WRONG, path)
        parts = [rule["items"] for rule in rules if "items" in rule]
        return [self.read_value(item, parts, f"{path}[{index}]") for index, item in enumerate(value)]

    def read_integer(self, value: object, rules: list[Json], path: str) -> int:
        number = as_integer(value)
        if number is None or any(_number_breaks(number, rule) for rule in rules):
            self.complain(WRONG, path)
            return 0
        return number

    def read_text(self, value: object, rules: list[Json], path: str) -> str:
        if not isinstance(value, str):
            numeric = any(re.match(r"\^\(?\[0-9\]", rule.get("pattern", "")) for rule in rules)
            number = as_integer(value) if numeric else None
            if number is None:
                self.complain(WRONG, path)
                return ""
            value = str(number)
        for rule in rules:
            if "cut" in rule:
                value = value[: rule["cut"]]
        if any(self.text_breaks(value, rule) for rule in rules):
            self.complain(WRONG, path)
        return value

    def text_breaks(self, text: str, rule: Json) -> bool:
        kind = rule.get("kind")
        return (
            len(text) < rule.get("minLength", 0)
            or ("cut" not in rule and len(text) > rule.get("maxLength", math.inf))
            or ("enum" in rule and text not in rule["enum"])
            or ("const" in rule and text != rule["const"])
            or ("pattern" in rule and not _compiled(rule["pattern"]).search(text))
            or (kind == "courier" and text not in self.couriers)
            or (kind in ("timestamp", "day", "hour") and not is_kind(text, kind))
        )


def as_integer(value: object) -> int | None:
    """Read an integer that may be written as text or with `.0`; None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    if isinstance(value, str) and _NUMBER.match(value):
        return int(value.partition(".")[0])
    return None


def _number_breaks(number: int, rule: Json) -> bool:
    bound = _RANGE.get(rule.get("format", ""), math.inf)
    return (
        not -bound <= number < bound
        or number < rule.get("minimum", -math.inf)
        or number > rule.get("maximum", math.inf)
        or ("enum" in rule and number not in rule["enum"])
        or ("const" in rule and number != rule["const"])
    )


def _same(value: object, const: object) -> bool:
    if isinstance(const, int):
        return as_integer(value) == const
    return value == const


def _is_empty(value: object) -> bool:
    return value is None or value in ("", "0") or value == [] or (not isinstance(value, bool) and value == 0)


def _nullable(schemas: list[Json]) -> bool:
    return any("null" in schema.get("type", ()) for schema in schemas if isinstance(schema.get("type"), list))


def read_request(value: object, schema: Json, *, strict: bool = False) -> Json:
    """Clean a request body or query; raise `Failed` 422 that names every offending key."""
    contract = load()
    reader = _Reader(contract["schemas"], contract["couriers"], strict)
    clean = reader.read_object(value, reader.expand(schema, value), "")
    if reader.problems:
        raise Failed(
            422, " / ".join(f"{text}: {', '.join(paths)}" for text, paths in reader.problems.items())
        )
    return clean
