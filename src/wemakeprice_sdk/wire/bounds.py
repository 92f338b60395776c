"""How much an answer may hold, told from its bytes before anything is parsed."""

from __future__ import annotations

from typing import Final

from wemakeprice_sdk.secrets import forgetful

# Everything of a JSON text but its structure: brackets, commas, and what strings begin, end and escape with.
_NO_STRUCTURE: Final = bytes(set(range(256)) - set(b'[]{},"\\'))
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")


@forgetful
def excess_of(body: bytes, max_values: int, max_depth: int) -> str:
    """Return which bound the JSON text of an answer breaks, an empty text when it keeps them.

    Counts values and nesting in the bytes, since a list of ten million empty objects is small on the wire and
    large in memory. Every step is one pass in C: about 1 ms per MB. A text that is no JSON may be refused
    here or by the parser.
    """
    marks = body.translate(None, _NO_STRUCTURE)
    # Together with what stands in strings: more than there is, so an answer that passes needs no count.
    few = len(marks) < max_values
    marks = _without_empty_strings(body, marks)
    # A string is a value or the name of one; this many would not fit into memory when taken apart.
    if not few and marks.count(b'"') > 4 * max_values:
        return f"the answer holds more than {max_values} values"
    structure = marks if b'"' not in marks else b"".join(marks.split(b'"')[::2])
    if not few and structure.count(b",") + structure.count(b"[") + structure.count(b"{") >= max_values:
        return f"the answer holds more than {max_values} values"
    if _is_deeper(structure.translate(_ONE_KIND, b","), max_depth):
        return f"the answer is nested more than {max_depth} levels deep"
    return ""


def _without_empty_strings(body: bytes, marks: bytes) -> bytes:
    """Return the marks without the strings that hold none: what is left between quotes is no structure."""
    if b"\\" in marks:
        # From the left: a pair of backslashes is one character, and what is left escapes the quote after it.
        # Done on the whole text, because a letter between the two means that they are no pair.
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
        marks = body.translate(None, _NO_STRUCTURE + b"\\")
    # Two strings that touch are as good as one, so this never opens what was closed.
    return marks.replace(b'""', b"")


def _is_deeper(brackets: bytes, levels: int) -> bool:
    """Return whether brackets are nested deeper: every round takes the innermost pairs away."""
    for _ in range(levels):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    # Brackets without a partner are left of a text cut short, which the parser refuses by itself.
    return b"[]" in brackets or brackets.count(b"[") > levels
