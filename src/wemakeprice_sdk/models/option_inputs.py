"""Options as they are written (옵션/재고 등록, 수정)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models._convert import frozen_field
from wemakeprice_sdk.models._rules import (
    Broken,
    Chars,
    InputLimits,
    Items,
    Ko,
    Range,
    When,
    WriteModel,
    field_specs,
    instances,
    make_violation,
    show,
)
from wemakeprice_sdk.models.codes import (
    OptionSaleStatus,
)

if TYPE_CHECKING:
    from wemakeprice_sdk.models.products import ProductOption

_LEVELS = (1, 2, 3, 4, 5)
"""Option levels that have keys of their own (A); only 1 and 2 are documented (B)."""

_TITLES = tuple(f"select_option_title{level}" for level in _LEVELS)


@frozen(kw_only=True)
class OptionValueInput(WriteModel):
    """One selectable option row (선택옵션 값). [A]

    `optAddPrice` is deliberately not offered: its support is contradictory.
    """

    option_value1: Annotated[str, Ko("옵션값1"), Chars(1, 70)]
    """Level-1 value (옵션값1). 1..70 characters. [A]"""

    option_value2: Annotated[str | None, Ko("옵션값2"), Chars(0, 70)] = None
    """Level-2 value (옵션값2). 0..70 characters. [A]"""

    option_value3: Annotated[str | None, Ko("옵션값3"), Chars(0, 70)] = None
    """Level-3 value (옵션값3). 0..70 characters. [A]"""

    option_value4: Annotated[str | None, Ko("옵션값4"), Chars(0, 70)] = None
    """Level-4 value (옵션값4). 0..70 characters. [A]"""

    option_value5: Annotated[str | None, Ko("옵션값5"), Chars(0, 70)] = None
    """Level-5 value (옵션값5). 0..70 characters. [A]"""

    sale_status: Annotated[OptionSaleStatus | None, Ko("옵션 판매상태")] = None
    """Option state; usually left out on write (the server derives it) (옵션 판매상태). [A]"""

    stock_count: Annotated[int, Ko("옵션 재고수량"), Range(0, 99_999)]
    """Option stock (옵션 재고수량). 0..99,999. [A]"""

    display_yn: Annotated[bool, Ko("옵션 노출여부")]
    """Option shown (옵션 노출여부). [A]"""

    seller_option_code: Annotated[str | None, Ko("업체옵션코드"), Chars(0, 50)] = None
    """Seller option code (업체옵션코드). 0..50 characters. [A]"""

    @property
    def values(self) -> tuple[str | None, ...]:
        """The five level values, None where there is none."""
        return tuple(getattr(self, f"option_value{level}") for level in _LEVELS)


@frozen(kw_only=True)
class ProductOptionInput(WriteModel):
    """Option block, always the complete list, never a delta (옵션정보). [A]

    1 or 2 levels are documented; `InputLimits(max_option_depth=...)` allows up to 5.
    """

    CROSS: ClassVar[tuple[When, ...]] = (
        When(
            "select_option_use_yn",
            (True,),
            require=("select_option_depth", "select_option_title1", "select_option_value_list"),
        ),
        When(
            "select_option_use_yn",
            (False,),
            forbid=("select_option_depth", "select_option_value_list", *_TITLES),
        ),
        When("text_option_use_yn", (True,), require=("text_option_depth", "text_option_title1")),
        When(
            "text_option_use_yn",
            (False,),
            forbid=("text_option_depth", "text_option_title1", "text_option_title2"),
        ),
        When("text_option_depth", (2,), require=("text_option_title2",)),
        When("text_option_depth", (1,), forbid=("text_option_title2",)),
        *(
            When("select_option_depth", (depth,), require=_TITLES[:depth], forbid=_TITLES[depth:])
            for depth in _LEVELS
        ),
    )

    select_option_use_yn: Annotated[bool, Ko("선택옵션 사용여부")]
    """Selection options used (선택옵션 사용여부). [A]"""

    select_option_depth: Annotated[int | None, Ko("선택옵션 단계"), Range(1, 5)] = None
    """Number of option levels; documented 1-2, five key sets exist (선택옵션 단계). 1..5. [A]"""

    select_option_title1: Annotated[str | None, Ko("선택옵션 타이틀1"), Chars(1, 10)] = None
    """Level-1 title (선택옵션 타이틀1). 1..10 characters. [A]"""

    select_option_title2: Annotated[str | None, Ko("선택옵션 타이틀2"), Chars(1, 10)] = None
    """Level-2 title (선택옵션 타이틀2). 1..10 characters. [A]"""

    select_option_title3: Annotated[str | None, Ko("선택옵션 타이틀3"), Chars(1, 10)] = None
    """Level-3 title (선택옵션 타이틀3). 1..10 characters. [A]"""

    select_option_title4: Annotated[str | None, Ko("선택옵션 타이틀4"), Chars(1, 10)] = None
    """Level-4 title (선택옵션 타이틀4). 1..10 characters. [A]"""

    select_option_title5: Annotated[str | None, Ko("선택옵션 타이틀5"), Chars(1, 10)] = None
    """Level-5 title (선택옵션 타이틀5). 1..10 characters. [A]"""

    select_option_value_list: Annotated[
        tuple[OptionValueInput, ...] | None, Ko("선택옵션 목록"), Items(1, 200)
    ] = None
    """All option rows; duplicates refused (선택옵션 목록). 1..200 items. [A]"""

    text_option_use_yn: Annotated[bool, Ko("텍스트옵션 사용여부")]
    """Buyer-typed options used (텍스트옵션 사용여부). [A]"""

    text_option_depth: Annotated[int | None, Ko("텍스트옵션 단계"), Range(1, 2)] = None
    """Number of typed options (텍스트옵션 단계). 1..2. [A]"""

    text_option_title1: Annotated[str | None, Ko("텍스트옵션 타이틀1"), Chars(1, 15)] = None
    """Typed option 1 title (텍스트옵션 타이틀1). 1..15 characters. [A]"""

    text_option_title2: Annotated[str | None, Ko("텍스트옵션 타이틀2"), Chars(1, 15)] = None
    """Typed option 2 title (텍스트옵션 타이틀2). 1..15 characters. [A]"""

    def update_violations(self, stored: ProductOption) -> tuple[Violation, ...]:
        """Return what would be refused when this replaces `stored`: `textOptionUseYn` is frozen (B)."""
        if stored.text_option_use_yn is None or stored.text_option_use_yn == self.text_option_use_yn:
            return ()
        return (frozen_field("textOptionUseYn", show(self.text_option_use_yn), "텍스트옵션사용여부"),)

    def _deep(self, limits: InputLimits) -> Iterator[Violation]:
        depth = self.select_option_depth
        if not isinstance(depth, int) or depth not in _LEVELS:
            return
        if depth > limits.max_option_depth:
            spec = field_specs(ProductOptionInput)["select_option_depth"]
            yield make_violation(spec.wire, depth, spec, _too_deep(limits.max_option_depth))
        if self.select_option_use_yn:
            yield from _check_rows(instances(self.select_option_value_list, OptionValueInput), depth)


def _too_deep(limit: int) -> Broken:
    return Broken(
        f"option depth ..{limit}",
        f"is deeper than the {limit} level(s) asked for; see InputLimits(max_option_depth=...)",
        f"옵션 단계는 {limit}단계까지만 허용됩니다",
    )


def cut_to_depth(rows: tuple[OptionValueInput, ...], depth: int | None) -> tuple[OptionValueInput, ...]:
    """Return the rows without values beyond `depth`; unchanged without a depth."""
    if depth is None:
        return rows
    beyond: dict[str, Any] = {f"option_value{level}": None for level in _LEVELS[depth:]}
    return tuple(evolve(row, **beyond) for row in rows)


def _check_rows(rows: Sequence[OptionValueInput], depth: int) -> Iterator[Violation]:
    """Return the option rows that miss a level, have one too many, or repeat an earlier row.

    Rows are equal when all their values are equal without blanks at the ends; the marketplace refuses
    them with 중복 옵션이 존재 (B).
    """
    seen: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(rows):
        path = f"selectOptionValueList[{index}]"
        for level, value in zip(_LEVELS, row.values, strict=True):
            broken = _level(level, value, depth)
            if broken is not None:
                spec = field_specs(OptionValueInput)[f"option_value{level}"]
                yield make_violation(f"{path}.{spec.wire}", value, spec, broken)
        combination = tuple((value or "").strip() for value in row.values[:depth])
        first = seen.setdefault(combination, index)
        if first != index:
            yield _duplicate(path, combination, first)


def _level(level: int, value: str | None, depth: int) -> Broken | None:
    if level <= depth and value is None:
        return Broken(
            "required", f"is required when selectOptionDepth is {depth}", "필수입니다. 값을 넣어 주세요"
        )
    if level <= depth and isinstance(value, str) and not value.strip():
        return Broken("not blank", "must not be blank", "비워 둘 수 없습니다. 값을 입력해 주세요")
    if level > depth and value is not None:
        return Broken(
            "forbidden",
            f"must be left out when selectOptionDepth is {depth}",
            "보낼 수 없습니다. 값을 빼 주세요",
        )
    return None


def _duplicate(path: str, combination: tuple[str, ...], first: int) -> Violation:
    return Violation(
        path,
        show(" / ".join(combination)),
        "unique",
        f"repeats the option values of row {first}",
        f"중복 옵션이 존재합니다(같은 행: {first}번). 옵션값을 서로 다르게 적어 주세요",
    )
