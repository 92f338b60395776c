"""Names of a package that are imported on first use, each from the module it lives in.

A client that lists orders needs 11 of 87 models, and making one such class takes longer than reading twenty
orders. Type checkers read the imports beside the table instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

_LIBRARY: Final = "wemakeprice_sdk."


def lazy(
    package: str, homes: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package: `homes` has its modules with the names they give.

    A home outside of the package has its full name.
    """
    module = sys.modules[package]
    home_of = {name: home for home, names in homes.items() for name in names}

    def find(name: str) -> object:
        if name in home_of:
            home = home_of[name]
            inside = home if home.startswith(_LIBRARY) else f"{package}.{home}"
            found = getattr(import_module(inside), name)
        elif name in homes:
            found = import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(module, name, found)
        return found

    return find, lambda: sorted({*vars(module), *home_of, *homes})
