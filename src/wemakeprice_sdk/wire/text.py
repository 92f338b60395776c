"""The bytes of an answer as text: the declared charset, byte order marks, and safe ways out of wrong ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from wemakeprice_sdk.models._base import JsonValue

# Only these are believed. The standard library knows "charsets" that unpack archives or run escapes, and
# a servlet container says iso-8859-1 about every page that says nothing itself.
_KOREAN: Final = "cp949"  # the superset of EUC-KR that Windows writes and every browser reads
_CODECS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("utf8", "utf8mb4"), "utf-8"),
    **dict.fromkeys(
        ("euckr", "ksc5601", "ksc56011987", "ksx1001", "cp949", "ms949", "windows949", "xwindows949", "uhc"),
        _KOREAN,
    ),
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
}
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)


def charset_of(content_type: str) -> str | None:
    """Return the codec of the declared charset, None for none and for one that is not believed."""
    found = _CHARSET.search(content_type)
    return None if found is None else _CODECS.get(re.sub(r"[^a-z0-9]", "", found[1].lower()))


def decode_json(body: bytes, charset: str | None) -> JsonValue | ValueError | RecursionError:
    """Return the decoded JSON, or the error why it is none.

    The error is returned and not raised: the one of the standard library holds the whole body, and must not
    become the context of another one. Its own text is dropped for the same reason.
    """
    try:
        if charset not in (None, "utf-8") and not body.startswith(b"\xef\xbb\xbf"):
            try:
                decoded: JsonValue = json.loads(body.decode(charset or "utf-8").removeprefix("\ufeff"))
            except UnicodeError:
                decoded = _loads(body, charset)
        else:
            decoded = _loads(body, charset)
    except RecursionError:
        return RecursionError("nested too deeply")
    except ValueError:
        return ValueError("not JSON")
    return decoded


def _loads(body: bytes, charset: str | None) -> JsonValue:
    try:
        decoded: JsonValue = json.loads(body)  # JSON is UTF-8 unless it says otherwise
    except UnicodeError:
        decoded = json.loads(_repaired(body, charset))
    return decoded


def _repaired(body: bytes, charset: str | None) -> str:
    """Return the text of a body that holds bytes of no letter, with a replacement character for each.

    A server that cuts a name after so many bytes leaves a part of a letter, and one name must not hide every
    other order of the day. What is hardly UTF-8 at all is the other encoding of Korea, declared or not.
    """
    text = body.decode("utf-8", "replace")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    if 2 * text.count("\ufffd") >= letters:
        text = body.decode(_KOREAN, "replace" if charset == _KOREAN else "strict")
    return text.removeprefix("\ufeff")


def decode_page(body: bytes, charset: str | None) -> str:
    """Return the text of a page whatever its bytes: declared charset, UTF-8, CP949, then what can be read."""
    for codec in (charset, "utf-8-sig", _KOREAN):
        if codec is not None:
            try:
                return body.decode(codec)
            except UnicodeError:
                continue
    return body.decode("utf-8", "replace")
