"""The contract, a small JSON reader and writer of our own, and strategies for every model."""

from __future__ import annotations

import copy
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import attrs
import jsonschema
import pytest
import yaml
from hypothesis import strategies as st

import wemakeprice_sdk.models as models
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import OpenEnum, ReadModel, WriteModel
from wemakeprice_sdk.models._base import OWN_FIELDS
from wemakeprice_sdk.models._rules import FieldSpec, field_specs

ROOT = Path(__file__).parents[2]

FORMATS = {"HH:00": "%Y-%m-%d %H:%M", "HH:mm:ss": "%Y-%m-%d %H:%M:%S"}


class Contract:
    """The parts of contract/openapi.yaml that the tests walk."""

    def __init__(self) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.document: dict[str, Any] = yaml.load(
            (ROOT / "contract" / "openapi.yaml").read_text("utf-8"), loader
        )
        self.schemas: dict[str, Any] = self.document["components"]["schemas"]

    @cache  # noqa: B019 - one contract lives as long as the tests
    def validator(self, name: str) -> jsonschema.Draft202012Validator:
        root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": self.schemas}}
        return jsonschema.Draft202012Validator(root)

    def examples(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return (operationId, schema, body) of every request example."""
        found = []
        for methods in self.document["paths"].values():
            for operation in methods.values():
                if not isinstance(operation, dict) or "requestBody" not in operation:
                    continue
                content = operation["requestBody"]["content"]["application/json"]
                name = content["schema"]["$ref"].rpartition("/")[2]
                found += [(operation["operationId"], name, e["value"]) for e in content["examples"].values()]
        return found


@cache
def the_contract() -> Contract:
    return Contract()


@pytest.fixture(scope="session")
def contract() -> Contract:
    return the_contract()


def load(cls: type[WriteModel], body: dict[str, Any]) -> Any:
    """Build a write model from contract JSON, however wrong the values are."""
    return cls(**{spec.name: _load(body.get(spec.wire), spec) for spec in field_specs(cls).values()})


def _load(value: Any, spec: FieldSpec) -> Any:
    if isinstance(value, list):
        return tuple(_load_one(item, spec) for item in value)
    return None if value is None else _load_one(value, spec)


def _load_one(value: Any, spec: FieldSpec) -> Any:
    if isinstance(value, dict) and issubclass(spec.kind, WriteModel):
        return load(spec.kind, value)
    if spec.kind is bool and value in ("Y", "N"):
        return value == "Y"
    if spec.kind is int and isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, str) and issubclass(spec.kind, OpenEnum):
        return spec.kind(value)
    if spec.kind in (datetime, date) and isinstance(value, str):
        return _timestamp(value, spec.kind)
    return value


def _timestamp(text: str, kind: type) -> Any:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            found = datetime.strptime(text, form).replace(tzinfo=KST)
        except ValueError:
            continue
        return found if kind is datetime else found.date()
    return text


def dump(model: WriteModel) -> dict[str, Any]:
    """Write a model as contract JSON, without nulls (but for the one key that must be there)."""
    body = {}
    for spec in field_specs(type(model)).values():
        value = getattr(model, spec.name)
        if value is not None:
            body[spec.wire] = [_dump(item, spec) for item in value] if spec.many else _dump(value, spec)
        elif spec.wire == "certificationNo":
            body[spec.wire] = None
    return body


def _dump(value: Any, spec: FieldSpec) -> Any:
    if isinstance(value, WriteModel):
        return dump(value)
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, int):
        return str(value) if spec.as_text else value
    if isinstance(value, datetime):
        local = value.astimezone(KST)
        return local.strftime("%Y-%m-%d %H:%M" if spec.hour_only else "%Y-%m-%d %H:%M:%S")
    return str(value)


def changed(body: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Return a deep copy of `body` with `value` at `path`."""
    result = copy.deepcopy(body)
    target: Any = result
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return result


@cache
def model_classes(base: type) -> tuple[type, ...]:
    found = [getattr(models, name) for name in models.__all__]
    return tuple(c for c in found if isinstance(c, type) and issubclass(c, base) and c is not base)


def _strip(hint: Any) -> tuple[Any, bool]:
    optional = False
    while get_origin(hint) in (Annotated, Union, UnionType):
        args = [arg for arg in get_args(hint) if arg is not type(None)]
        optional = optional or type(None) in get_args(hint)
        hint = args[0]
    return hint, optional


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**40), 2**63 - 1),
    str: _TEXT,
    bool: st.booleans(),
    Decimal: st.decimals(-100, 100, places=2),
    datetime: st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(KST)),
    date: st.dates(date(2020, 1, 1), date(2037, 1, 1)),
}


def _of(kind: Any) -> st.SearchStrategy[Any]:
    if get_origin(kind) is tuple:
        return st.lists(_of(_strip(get_args(kind)[0])[0]), max_size=2).map(tuple)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if issubclass(kind, OpenEnum):
        return st.one_of(st.sampled_from(list(kind)), _TEXT.map(lambda text: kind.from_wire(f"?{text}")))
    return build(kind)


@cache
def build(cls: type) -> st.SearchStrategy[Any]:
    """Return a strategy for any model class, from its annotations alone."""
    hints = get_type_hints(cls)
    fields = {}
    for attribute in attrs.fields(cls):
        if attribute.name == "raw":
            fields["raw"] = st.dictionaries(_TEXT, st.one_of(st.none(), st.integers(), _TEXT), max_size=2)
        if attribute.name in OWN_FIELDS:
            continue
        kind, optional = _strip(hints[attribute.name])
        fields[attribute.name] = st.one_of(st.none(), _of(kind)) if optional else _of(kind)
    return st.builds(cls, **fields)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Return every model, read model, write model or code table to tests that ask for one."""
    bases = {"model": (ReadModel, WriteModel), "read_model": (ReadModel,), "write_model": (WriteModel,)}
    for name, wanted in bases.items():
        if name in metafunc.fixturenames:
            classes = [cls for base in wanted for cls in model_classes(base)]
            metafunc.parametrize(name, classes, ids=lambda cls: cls.__name__)
    if "code_table" in metafunc.fixturenames:
        metafunc.parametrize("code_table", model_classes(OpenEnum), ids=lambda cls: cls.__name__)
    if "example" in metafunc.fixturenames:
        found = the_contract().examples()
        ids = [f"{operation}-{index}" for index, (operation, _, _) in enumerate(found)]
        metafunc.parametrize("example", found, ids=ids)


@pytest.fixture(scope="session")
def tools() -> SimpleNamespace:
    """The helpers above, for tests: a conftest cannot be imported."""
    return SimpleNamespace(load=load, dump=dump, build=build, changed=changed, classes=model_classes)
