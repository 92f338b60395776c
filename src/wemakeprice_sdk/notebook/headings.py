"""The Korean headings of columns, tables and classes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_COUNT: Final = "_count"
_CLASSES: Final = "classes"
_WORDS: Final = "words"


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    text = files("wemakeprice_sdk.notebook").joinpath("headings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def heading(cls: type, name: str) -> str:
    """Return the Korean name of a field of a class; the name itself when nobody wrote one down."""
    return find(cls, name) or name


def find(cls: type, name: str) -> str | None:
    """Return the Korean name of a field; None when nobody wrote one down."""
    tables = _tables()
    for base in cls.__mro__:
        if name in tables.get(base.__name__, {}):
            return tables[base.__name__][name]
    if name in tables[_WORDS]:
        return tables[_WORDS][name]
    counted = find(cls, name.removesuffix(_COUNT)) if name.endswith(_COUNT) else None
    return counted and f"{counted} 수"


def word_heading(owner: str, word: str) -> str:
    """Return the Korean name of a word of an enum, or of a field of text (`PlanStep.state`)."""
    return _tables().get(owner, {}).get(word, word)


def class_heading(cls: type) -> str:
    """Return the Korean name of a class beside its own."""
    korean = _tables()[_CLASSES].get(cls.__name__)
    return f"{korean} {cls.__name__}" if korean else cls.__name__
