"""Where a fact stands: file, hash, sheet, row. It stands here because files and decisions both speak of
it."""

from __future__ import annotations

import re
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def _check_hash(_: object, __: object, value: str) -> None:
    if not _SHA256.fullmatch(str(value)):
        raise ValidationError.single(
            "sha256",
            f"<{type(value).__name__}>",
            "64 hexadecimal digits",
            "a SHA-256 sum is 64 lower-case hexadecimal digits",
            "SHA-256 값은 소문자 16진수 64자리입니다. 값을 확인해 주세요",
        )


@frozen(kw_only=True, field_transformer=checked)
class SourceRow:
    """The row of a file that a fact was read from (출처).

    `file` is the name without its folder, `sha256` the sum of the whole file, `row` counts from 1 as the
    program that shows the file does. A CSV file has one sheet, named like the reader names it.
    """

    file: str
    sha256: str = field(validator=_check_hash)
    sheet: str
    row: int
