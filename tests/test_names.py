"""One name means one thing: public classes, and what a package exports, over all packages.

The sandbox has twins on purpose, because it must not know our models; `_sync` is generated from `_async`.
"""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
from collections import defaultdict
from pathlib import Path

import wemakeprice_sdk

ROOT = Path(wemakeprice_sdk.__file__).parent


def modules() -> list[str]:
    found = [info.name for info in pkgutil.walk_packages([str(ROOT)], "wemakeprice_sdk.")]
    return [name for name in found if not {"sandbox", "_sync", "__main__"} & set(name.split("."))]


def defined(module: str) -> list[str]:
    """Return the public classes and type aliases that a module makes itself."""
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    names += [
        node.target.id
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and ast.unparse(node.annotation) == "TypeAlias"
    ]
    names += [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id[0].isupper() and not target.id.isupper()
    ]
    return [name for name in names if not name.startswith("_")]


def test_every_public_class_and_type_alias_has_a_name_of_its_own() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for module in modules():
        for name in defined(module):
            homes[name].append(module)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_an_exported_name_is_the_same_thing_in_every_package() -> None:
    things: dict[str, dict[int, str]] = defaultdict(dict)
    for module in ("wemakeprice_sdk", *modules()):
        loaded = importlib.import_module(module)
        for name in getattr(loaded, "__all__", ()):
            things[name].setdefault(id(getattr(loaded, name)), module)
    assert {name: list(found.values()) for name, found in things.items() if len(found) > 1} == {}
