"""Folding and guessing of what people typed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, ItemsView
from typing import Final

HIDDEN: Final = "***"
_INVISIBLE: Final[dict[int, None]] = dict.fromkeys(
    (0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)
)


def fold(text: str) -> str:
    """Fold width, case, white space and invisible characters, for comparing what people typed."""
    # Dropping a blank can join a letter with an accent, so one pass is not always the last.
    while (folded := _fold_once(text)) != text:
        text = folded
    return text


def _fold_once(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold()
    return "".join(plain.split())


def closest(word: str, known: Collection[str]) -> str | None:
    """Return the known word nearest to a mistyped one."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


def as_tuple(value: object) -> object:
    """Make a tuple of any plain collection; leave the rest for validation to name."""
    return tuple(value) if isinstance(value, (list, set, frozenset, ItemsView)) else value
