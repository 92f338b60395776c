"""Canary people and a canary key in a shop of their own, and how they are recognised wherever they turn up."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from wemakeprice_sdk.sandbox import OrderLine, Sandbox
from wemakeprice_sdk.sandbox.state import Person

KEY = "canary-key-5d1e8a70b3c94f62"
PEOPLE: Mapping[str, str] = {
    "buyer": "카나리아구매",
    "recipient": "카나리아수령",
    "phone": "010-2468-1357",
    "address": "새장특별시 카나리아로 7",
    "address detail": "새장 707호",
    "wish": "새장 앞에 두세요",
    "customs code": "P987654321098",
    "engraving": "카나리아각인",
    "question": "카나리아질문입니다",
    "inquiry": "카나리아문의입니다",
    "review": "카나리아후기입니다",
    "claim reason": "카나리아사유입니다",
    "answer": "카나리아답변입니다",
    "contact": "카나리아담당",
    "contact's mail": "canary.keeper@example.com",
    "contact's mobile": "010-9753-8642",
    "memo": "카나리아메모입니다",
    "payer": "카나리아입금",
}
ANSWER = f"{PEOPLE['answer']}. 곧 보내 드리겠습니다."
PERSON = Person(
    PEOPLE["recipient"],
    PEOPLE["phone"],
    "12345",
    PEOPLE["address"],
    PEOPLE["address detail"],
    PEOPLE["wish"],
    PEOPLE["customs code"],
)


def _base64_core(raw: bytes, shift: int) -> bytes:
    """Return what base64 makes of the bytes behind `shift` others, without the letters that neighbours change."""
    return base64.b64encode(bytes(shift) + raw)[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]


def _spellings(canary: str) -> Iterator[bytes]:
    texts = {canary, canary.replace("-", ""), canary.upper()}
    for text in texts:
        for codec in ("utf-8", "utf-16-le", "cp949"):
            yield text.encode(codec)
        yield json.dumps(text)[1:-1].encode()
        yield repr(text.encode())[2:-1].encode()
        yield quote(text).encode()
        yield text.encode("ascii", "xmlcharrefreplace")
    for shift in range(3):
        yield _base64_core(canary.encode(), shift)
    yield canary.encode().hex().encode()


@cache
def _looked_for() -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    canaries = {"key": KEY, **PEOPLE}
    return tuple((name, tuple(dict.fromkeys(_spellings(text)))) for name, text in canaries.items())


_STEMS = ("카나리아", "새장", "2468-1357", "9753-8642", "987654321098", "canary.keeper", KEY[:18])
"""Every canary has one of these in it, so that a big file is searched a few times and not hundreds of times."""


@cache
def _stems() -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(one for stem in _STEMS for one in _spellings(stem)))


def found_in(thing: str | bytes) -> set[str]:
    """Return the names of all canaries that stand in a text or a file, in whatever spelling, packed or not."""
    raw = thing.encode("utf-8", "backslashreplace") if isinstance(thing, str) else thing
    found: set[str] = set()
    if any(stem in raw for stem in _stems()):
        found = {name for name, spellings in _looked_for() if any(one in raw for one in spellings)}
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            found |= {one for name in packed.namelist() for one in found_in(packed.read(name))}
    return found


def fill(sandbox: Sandbox, orders: int = 3) -> list[int]:
    """Let the canaries order, cancel, ask and review; return the numbers of their bundles."""
    sandbox.place_order(KEY)
    product = next(iter(sandbox.find_shop(KEY).products))
    placed = [
        sandbox.place_order(
            KEY,
            [OrderLine(product, typed=PEOPLE["engraving"])],
            recipient=PERSON,
            buyer_name=PEOPLE["buyer"],
            customs_pin=PEOPLE["customs code"],
        )
        for _ in range(orders)
    ]
    sandbox.request_cancel(KEY, placed[0].bundle_no, detail=PEOPLE["claim reason"])
    sandbox.ask_question(KEY, text=PEOPLE["question"], product_no=None)
    sandbox.ask_inquiry(KEY, text=PEOPLE["inquiry"])
    sandbox.write_review(KEY, order_option_no=placed[1].order_option_nos[0], text=PEOPLE["review"])
    return [order.bundle_no for order in placed]


def looked_at(value: Any) -> Iterator[str]:
    """Yield everything of a result that somebody may look at: as text, in a notebook, as a table, its frames."""
    yield str(value)
    yield repr(value)
    if hasattr(value, "_repr_html_"):
        yield value._repr_html_()
    if hasattr(value, "to_rows"):
        yield str(value.to_rows())
        yield str(value.to_pandas().to_csv())
        yield str(value.to_polars().write_csv())
    for name in getattr(value, "table_names", ()):
        yield from looked_at(value.table(name))
