"""Which seller codes name one SKU for certain, before any stock goes through them (SKU 대조, rule 7.7).

Option codes such as 001, 002, 003 often stand in many products. As SKUs they would be one thing each, and one
stock level would go to all of them. So a code that several options bear is ambiguous until the seller says
that it is shared, and so is one that differs from another only by case, width or leading zeros, as a
spreadsheet leaves it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import ClassVar, Final

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._flat import Lists
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.tables import Report, ReportTable, table_of

_SHOWN: Final = 10


class SkuScheme(StrEnum):
    """What of the seller's codes makes the SKU of an option (SKU 구성 방식). Our own design."""

    OPTION = "option"
    """The option's own code; of a product without options the product's."""
    PRODUCT_AND_OPTION = "product-and-option"
    """Product code, a hyphen, option code: for option codes that repeat in every product."""

    def sku_of(self, product_code: str | None, option_code: str | None, *, has_options: bool) -> str | None:
        """Return the SKU that codes make, None where one of them is missing."""
        if not has_options:
            return product_code or None
        if self is SkuScheme.OPTION:
            return option_code or None
        return f"{product_code}-{option_code}" if product_code and option_code else None


class SkuMatchState(StrEnum):
    """What a code says about its options (SKU 대조 결과). Our own design."""

    UNIQUE = "unique"
    SHARED = "shared"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"

    @property
    def korean(self) -> str:
        """The Korean name."""
        return _KOREAN[self]


_KOREAN: Final[Mapping[SkuMatchState, str]] = {
    SkuMatchState.UNIQUE: "고유",
    SkuMatchState.SHARED: "공유",
    SkuMatchState.AMBIGUOUS: "불명확",
    SkuMatchState.MISSING: "코드 없음",
}


@frozen(kw_only=True)
class SkuUse:
    """One option, or product without options, that bears a code. `standing` links are in the ledger already.

    `price` is in won. `name` and `price` are None where the source does not say them.
    """

    product_no: int
    sku: str | None
    option_key: tuple[str, ...] = ()
    account: str = ""
    name: str | None = None
    price: int | None = None
    standing: bool = False

    def __str__(self) -> str:
        """Return account, product number and option as one short text."""
        place = f"{self.account}/{self.product_no}" if self.account else str(self.product_no)
        return "/".join((place, *self.option_key))


@frozen(kw_only=True)
class SkuMatch:
    """What one code says: its state, the options that bear it, and why it is ambiguous, in both languages."""

    sku: str | None
    state: SkuMatchState
    uses: tuple[SkuUse, ...]
    spellings: tuple[str, ...] = ()
    """Other codes that differ only by case, width or leading zeros."""
    reason: str = ""
    reason_ko: str = ""

    def __str__(self) -> str:
        """Return one line; long lists are counted."""
        why = f": {self.reason} ({self.reason_ko})" if self.reason else ""
        return f"{self.sku or '-'} {self.state} ({self.state.korean}) [{self.named}]{why}"

    @property
    def named(self) -> str:
        """The first options that bear the code, and how many there are when there are more."""
        more = f", … {len(self.uses)}" if len(self.uses) > _SHOWN else ""
        return ", ".join(map(str, self.uses[:_SHOWN])) + more

    def __repr__(self) -> str:
        """Return the line of `str`, which stays short however many options there are."""
        return f"<SkuMatch {self}>"


@frozen(kw_only=True)
class SkuMatchRow:
    """One option with its code, and what that says (`match`); None where the source says nothing."""

    sku: str | None
    match: str
    match_ko: str
    account: str
    product_no: int
    option: str
    name: str | None
    price: int | None
    standing: bool
    reason: str
    reason_ko: str


@frozen(kw_only=True, repr=False)
class SkuMatchReport(Report):
    """The codes of an import, each with its state, before anything is written (SKU 대조 결과).

    What is ambiguous is linked, and no stock goes through such a link until the seller says that the code is
    shared, links it to another SKU, or chooses another `SkuScheme`.
    """

    LISTS: ClassVar[Lists] = "count"
    MAIN: ClassVar[str] = "rows"

    matches: tuple[SkuMatch, ...] = ()

    def of(self, state: SkuMatchState) -> tuple[SkuMatch, ...]:
        """Return the codes in a state."""
        return tuple(match for match in self.matches if match.state is state)

    @property
    def counts(self) -> Mapping[SkuMatchState, int]:
        """How many codes (of missing ones: options) are in each state."""
        found = Counter(match.state for match in self.matches)
        return {state: found[state] for state in SkuMatchState}

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """The codes that are held; hand them to `shared=` when each of them really is one thing."""
        return tuple(match.sku for match in self.of(SkuMatchState.AMBIGUOUS) if match.sku is not None)

    def rows(self) -> Iterator[SkuMatchRow]:
        """Yield one row per option, what needs a word of the seller first."""
        order = sorted(self.matches, key=lambda match: _ORDER[match.state])
        return (_row(match, use) for match in order for use in match.uses)

    def _tables(self) -> dict[str, ReportTable[object]]:
        count = sum(len(match.uses) for match in self.matches)
        return {self.MAIN: table_of(self, self.MAIN, SkuMatchRow, self.rows, count)}

    def __str__(self) -> str:
        """Return the counts and the first lines of what is not unique."""
        counts = ", ".join(
            f"{state} {count} ({state.korean})" for state, count in self.counts.items() if count
        )
        named, count = self.doubtful
        lines = [counts or "no codes (코드가 없습니다)", *(f"  {match}" for match in named)]
        return "\n".join([*lines, f"  … {count}"] if count else lines)

    @property
    def doubtful(self) -> tuple[tuple[SkuMatch, ...], int]:
        """The first codes that are ambiguous or missing, and how many there are when there are more."""
        found = [m for m in self.matches if m.state in (SkuMatchState.AMBIGUOUS, SkuMatchState.MISSING)]
        return tuple(found[:_SHOWN]), len(found) if len(found) > _SHOWN else 0

    def __repr__(self) -> str:
        """Return the counts only."""
        return f"<SkuMatchReport {', '.join(f'{state}={count}' for state, count in self.counts.items())}>"


_ORDER: Final = {
    state: place
    for place, state in enumerate(
        (SkuMatchState.AMBIGUOUS, SkuMatchState.MISSING, SkuMatchState.SHARED, SkuMatchState.UNIQUE)
    )
}


def _row(match: SkuMatch, use: SkuUse) -> SkuMatchRow:
    return SkuMatchRow(
        sku=match.sku,
        match=match.state.value,
        match_ko=match.state.korean,
        account=use.account,
        product_no=use.product_no,
        option="/".join(use.option_key),
        name=use.name,
        price=use.price,
        standing=use.standing,
        reason=match.reason,
        reason_ko=match.reason_ko,
    )


def folded_sku(sku: str) -> str:
    """Return what two spellings of one code have in common: no case, no width, no leading zeros."""
    plain = sku if sku.isascii() else unicodedata.normalize("NFKC", sku)
    return plain.strip().casefold().lstrip("0") or "0"


def uses_of(links: Iterable[SkuLink], account: str = "") -> Iterator[SkuUse]:
    """Return the codes that links name. A kit names its parts on purpose, so it is none of them."""
    return (
        SkuUse(
            product_no=link.product_no,
            sku=link.sku,
            option_key=link.option_key,
            account=account,
            standing=True,
        )
        for link in links
        if link.sku is not None
    )


def match_skus(
    uses: Iterable[SkuUse], *, standing: Iterable[SkuUse] = (), shared: Collection[str] = ()
) -> SkuMatchReport:
    """Return what every code of `uses` says, seen beside the links that stand already.

    `shared` are the codes that the seller said are one thing wherever they stand, spelled exactly so.
    """
    fresh = list(uses)
    groups: dict[str, list[SkuUse]] = defaultdict(list)
    taken: set[tuple[str, int, str]] = set()
    for use in fresh:
        if use.sku is not None:
            groups[folded_sku(use.sku)].append(use)
            taken.add((use.account, use.product_no, use.sku))
    for use in standing:
        # A link that an import makes anew is the one that stands, whatever way its option is spelled.
        if use.sku is None or (use.account, use.product_no, use.sku) in taken:
            continue
        group = groups.get(folded_sku(use.sku))
        if group is not None:
            group.append(evolve(use, standing=True))
    matches = [match for group in groups.values() for match in _matched(group, shared)]
    matches += [_missing(use) for use in fresh if use.sku is None]
    return SkuMatchReport(matches=tuple(matches))


def ambiguous_skus(uses: Iterable[SkuUse], shared: Collection[str]) -> tuple[SkuMatch, ...]:
    """Return the codes among `uses` that are ambiguous, by code."""
    first: dict[str, SkuUse] = {}
    several: dict[str, list[SkuUse]] = {}
    for use in uses:
        if use.sku is None:
            continue
        key = folded_sku(use.sku)
        known = first.setdefault(key, use)
        if known is not use:
            several.setdefault(key, [known]).append(use)
    found = (match for group in several.values() for match in _matched(group, shared))
    return tuple(
        sorted(
            (match for match in found if match.state is SkuMatchState.AMBIGUOUS),
            key=lambda match: match.sku or "",
        )
    )


def _matched(group: list[SkuUse], shared: Collection[str]) -> Iterator[SkuMatch]:
    """Return the codes of one spelling, each by itself."""
    if len(group) == 1:
        yield SkuMatch(sku=group[0].sku, state=SkuMatchState.UNIQUE, uses=tuple(group))
        return
    by_code: dict[str, list[SkuUse]] = defaultdict(list)
    for use in group:
        by_code[use.sku or ""].append(use)
    for sku, mine in by_code.items():
        others = tuple(sorted(by_code.keys() - {sku}))
        yield _judged(sku, tuple(mine), others, shared=sku in shared)


def _judged(sku: str, uses: tuple[SkuUse, ...], others: tuple[str, ...], *, shared: bool) -> SkuMatch:
    if shared:
        state = SkuMatchState.SHARED if len(uses) > 1 else SkuMatchState.UNIQUE
        return SkuMatch(sku=sku, state=state, uses=uses, spellings=others)
    english, korean = [], []
    if len(uses) > 1:
        english.append(f"{len(uses)} options bear the code{_differing(uses)}")
        korean.append(f"이 코드를 쓰는 옵션이 {len(uses)}개입니다{_differing_ko(uses)}")
    if others:
        spelled = ", ".join(map(repr, others[:_SHOWN]))
        english.append(f"it differs from {spelled} only by case, width or leading zeros")
        korean.append(f"대소문자, 전각·반각, 앞자리 0만 다른 코드가 있습니다: {spelled}")
    english.append("say that it is shared, link it to another SKU, or choose product and option code")
    korean.append("같은 상품이면 공유로 지정하고, 아니면 다른 SKU로 연동하거나 SKU 구성 방식을 바꿔 주세요")
    return SkuMatch(
        sku=sku,
        state=SkuMatchState.AMBIGUOUS,
        uses=uses,
        spellings=others,
        reason="; ".join(english),
        reason_ko=". ".join(korean),
    )


def _differing(uses: tuple[SkuUse, ...]) -> str:
    names, prices = _several(uses)
    what = " and ".join(word for word, differs in (("names", names), ("prices", prices)) if differs)
    return f" under different {what}" if what else ""


def _differing_ko(uses: tuple[SkuUse, ...]) -> str:
    names, prices = _several(uses)
    what = ", ".join(word for word, differs in (("상품명", names), ("가격", prices)) if differs)
    return f" (서로 다른 항목: {what})" if what else ""


def _several(uses: tuple[SkuUse, ...]) -> tuple[bool, bool]:
    """Return whether the uses bear several names, and several prices."""
    names = {use.name for use in uses if use.name is not None}
    prices = {use.price for use in uses if use.price is not None}
    return len(names) > 1, len(prices) > 1


def _missing(use: SkuUse) -> SkuMatch:
    return SkuMatch(
        sku=None,
        state=SkuMatchState.MISSING,
        uses=(use,),
        reason="the option has no seller code and stays without a link",
        reason_ko="업체코드가 없어 SKU를 연동하지 않습니다. 코드를 입력하거나 직접 연동해 주세요",
    )
