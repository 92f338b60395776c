"""What only the seller knows: defaults for what marketplace data lacks, and maps into a target's own codes.

Nothing here is guessed. All faults of a map or of the defaults are found at once and raised together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Final, Self

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_items, of_kind
from wemakeprice_sdk.models.couriers import lookup

_HIGHEST_FEE: Final = 9_999_999
_HIGHEST_STOCK: Final = 99_999
_PHONE: Final = re.compile(r"[0-9][0-9-]{6,18}[0-9]", re.ASCII)


class Misfit(Enum):
    """What happens to options that a target cannot hold as they are. They are never flattened silently."""

    REFUSE = "refuse"
    """The product stays out of the file, and a line says why."""

    JOIN = "join"
    """Axes become one, such as `검정 / M`; a line says so. What does not fit even then is refused."""


class Overflow(Enum):
    """What happens to a product name that is longer than the target takes."""

    REFUSE = "refuse"
    CUT = "cut"


class SkuSource(Enum):
    """What stands as the SKU of an option at the target."""

    MARKETPLACE = "marketplace"
    """Derived from the marketplace's product and option number: the same in every export, and unique."""

    SELLER = "seller"
    """The seller's own code. Codes that two things share are named, and their products refused."""


def _words(value: str | None) -> str | None:
    return value.strip() or None if isinstance(value, str) else value


def _wordy() -> str | None:
    return field(default=None, kw_only=True, converter=_words)


@frozen(kw_only=True)
class Defaults:
    """Values that stand in where the catalogue has none; each use is one line of the report.

    Money in won. Nothing is preset: a field that is None leaves the gap, and the report names it. Raises
    `ConfigError` with every wrong value.
    """

    origin_code: str | None = _wordy()
    """Origin code of Naver (원산지코드), which keeps its zero: `00` domestic, `02` imported."""

    origin_text: str | None = _wordy()
    """Origin in words (원산지)."""

    importer: str | None = _wordy()
    """Importer (수입사); has to be there for imported goods."""

    brand: str | None = _wordy()
    maker: str | None = _wordy()
    model: str | None = _wordy()

    after_service_phone: str | None = field(
        default=None, converter=_words, repr=lambda value: repr(value and "***")
    )
    """Phone for after-sales service (A/S 전화번호), digits and dashes.

    The seller's, so never shown in reports.
    """

    after_service_guide: str | None = _wordy()
    """What a buyer reads about after-sales service (A/S 안내)."""

    notice_text: str | None = _wordy()
    """What stands for notice items without a value, such as `상품상세 참조`."""

    courier: str | None = _wordy()
    """Courier name or code of the marketplace's table (택배사)."""

    shipping_fee: int | None = None
    return_fee: int | None = None
    exchange_fee: int | None = None

    cost: int | None = None
    """What the goods cost the seller (원가), for targets that want it; no source has it."""

    stock: int | None = None
    """Stock of an option or product whose stock is not known (재고수량)."""

    surcharge: int | None = None
    """Surcharge of an option whose surcharge is not known (추가금액); 0 says that there is none."""

    link: str | None = _wordy()
    """Address of a product in the seller's own shop, with `{key}` for its stable key."""

    tax_free: bool | None = None
    """Whether goods without a tax mark are free of VAT (면세)."""

    adult_only: bool | None = None
    """Whether goods without a mark are for adults only (미성년자 구매 불가)."""

    publish: bool = False
    """Whether goods are shown and sold as soon as they are imported; otherwise they come as drafts."""

    misfit: Misfit = field(default=Misfit.REFUSE, validator=of_kind(Misfit, hint="such as Misfit.JOIN"))
    overflow: Overflow = field(
        default=Overflow.REFUSE, validator=of_kind(Overflow, hint="such as Overflow.CUT")
    )
    sku: SkuSource = field(
        default=SkuSource.MARKETPLACE, validator=of_kind(SkuSource, hint="such as SkuSource.SELLER")
    )

    def __attrs_post_init__(self) -> None:
        """Check every value, and name all that are wrong."""
        found = Problems()
        for name in _TEXTS:
            if (text := getattr(self, name)) is not None:
                found.text(name, text)
        for name in ("shipping_fee", "return_fee", "exchange_fee", "cost"):
            if getattr(self, name) is not None:
                found.number(name, getattr(self, name), 0, _HIGHEST_FEE)
        if self.stock is not None:
            found.number("stock", self.stock, 0, _HIGHEST_STOCK)
        if self.surcharge is not None:
            found.number("surcharge", self.surcharge, -_HIGHEST_FEE, _HIGHEST_FEE)
        for name in ("tax_free", "adult_only"):
            if getattr(self, name) is not None:
                found.flag(name, getattr(self, name))
        found.flag("publish", self.publish)
        self._check_words(found)
        found.raise_all("defaults")

    def _check_words(self, found: Problems) -> None:
        if isinstance(self.after_service_phone, str):
            found.require(
                _PHONE.fullmatch(self.after_service_phone) is not None,
                "after_service_phone", "<text>", "phone",
                "a phone number is digits and dashes, such as 02-000-0000",
                "전화번호는 숫자와 붙임표로 입력해 주세요",
            )  # fmt: skip
        if isinstance(self.courier, str):
            found.require(
                lookup(self.courier) is not None, "courier", self.courier, "courier",
                "no courier of the marketplace's table has this name or code",
                "택배사 코드표에 없는 이름입니다. 코드표의 이름이나 코드를 입력해 주세요",
            )  # fmt: skip
        if isinstance(self.link, str):
            found.require(
                is_web_address(self.link.replace("{key}", "key")) and "{key}" in self.link, "link", self.link,
                "https address with {key}", "an https address with {key} in it is needed",
                "중괄호로 묶은 key가 들어 있는 https 주소를 입력해 주세요",
            )  # fmt: skip
        if isinstance(self.origin_code, str):
            found.require(
                re.fullmatch("[0-9]{2,7}", self.origin_code, re.ASCII) is not None,
                "origin_code", self.origin_code, "digits, leading zero kept",
                "an origin code is digits and keeps its leading zero, such as 02",
                "원산지코드는 앞의 0을 포함한 숫자로 입력해 주세요",
            )  # fmt: skip


_TEXTS: Final = (
    "origin_code", "origin_text", "importer", "brand", "maker", "model", "after_service_phone",
    "after_service_guide", "notice_text", "courier", "link",
)  # fmt: skip

_ADDRESS: Final = re.compile(
    r"https?://[^\s/$.?#\x00-\x1f\ud800-\udfff][^\s\x00-\x1f\x7f\ud800-\udfff]*", re.IGNORECASE
)


def is_web_address(text: str) -> bool:
    """Return whether a text is a full http or https address without blanks or control characters."""
    return _ADDRESS.fullmatch(text) is not None


@frozen
class CodeMap:
    """A seller's map from our words to a target's: categories, brands, makers, picture addresses.

    Keys are compared without outer blanks. `CodeMap.from_rows` reads the two columns of a file.
    """

    rules: Mapping[str, str] = field(factory=dict)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Sequence[object]],
        *,
        known: Collection[str] | None = None,
        targets: Collection[str] | None = None,
        subject: str = "category map",
    ) -> Self:
        """Read rows of two cells, ours and the target's; blank rows are skipped.

        `known` are the words that the catalogue really has, `targets` the codes that the target really has: a
        rule that names something else is a fault. Raises `ConfigError` that lists every fault: a missing
        cell, an unknown word, two rules for one thing.
        """
        check_items("rows", rows)
        found, rules, first = Problems(), dict[str, str](), dict[str, int]()
        for number, row in enumerate(rows, 1):
            ours, theirs = (_cell(row, at) for at in (0, 1))
            if not ours and not theirs:
                continue
            path = f"row[{number}]"
            if not ours or not theirs:
                found.add(path, ours or theirs, "two cells", "one of the two cells is empty",
                          "두 칸 중 하나가 비어 있습니다. 값을 입력해 주세요")  # fmt: skip
                continue
            if ours in first:
                found.add(
                    path, ours, "one rule for one thing",
                    f"row {first[ours]} has a rule for it already ({rules[ours]}); this one says {theirs}",
                    f"{first[ours]}행에 이미 규칙이 있습니다. 하나만 남겨 주세요",
                )  # fmt: skip
                continue
            first[ours], rules[ours] = number, theirs
            _check_known(found, path, ours, known, "the catalogue has no such value",
                         "상품 목록에 없는 값입니다. 값을 확인해 주세요")  # fmt: skip
            _check_known(found, path, theirs, targets, "the target has no such code",
                         "대상 몰에 없는 코드입니다. 코드를 확인해 주세요")  # fmt: skip
        found.raise_all(subject)
        return cls(rules)

    def get(self, word: str | None) -> str | None:
        """Return the target's word for ours, None when no rule covers it."""
        return self.rules.get(word.strip()) if word else None


def _cell(row: Sequence[object], at: int) -> str:
    value = row[at] if at < len(row) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _check_known(
    found: Problems, path: str, word: str, known: Collection[str] | None, message: str, message_ko: str
) -> None:
    if known is not None and word not in known:
        found.add(path, word, "known", message, message_ko)


@frozen
class NoticeRule:
    """Where one notice group (상품정보제공고시) goes: the target's group, and its key per item of ours."""

    group: str
    items: Mapping[str, str] = field(factory=dict)


@frozen
class NoticeMap:
    """A seller's map of notice groups.

    A group without a rule falls back to the general one, and is counted.
    """

    rules: Mapping[str, NoticeRule] = field(factory=dict)

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[object]], *, known: Collection[str] | None = None) -> Self:
        """Read rows of four cells: our group, our item, the target's group, the target's key.

        Raises `ConfigError` that lists every fault: a missing cell, an unknown group, two targets for one
        group, two rules for one item, two items for one key.
        """
        check_items("rows", rows)
        found, groups, items = Problems(), dict[str, str](), dict[str, dict[str, str]]()
        for number, row in enumerate(rows, 1):
            cells = tuple(_cell(row, at) for at in range(4))
            if any(cells):
                _take_notice(found, f"row[{number}]", cells, groups, items)
        for group in groups:
            _check_known(found, group, group, known, "the catalogue has no such value",
                         "상품 목록에 없는 값입니다. 값을 확인해 주세요")  # fmt: skip
        found.raise_all("notice map")
        return cls({ours: NoticeRule(theirs, items[ours]) for ours, theirs in groups.items()})


def _take_notice(
    found: Problems,
    path: str,
    cells: tuple[str, ...],
    groups: dict[str, str],
    items: dict[str, dict[str, str]],
) -> None:
    group, item, theirs, key = cells
    if not all(cells):
        found.add(path, " | ".join(cells), "four cells", "one of the four cells is empty",
                  "네 칸 중 비어 있는 칸이 있습니다. 값을 입력해 주세요")  # fmt: skip
    elif groups.setdefault(group, theirs) != theirs:
        found.add(path, group, "one rule for one thing", f"the group goes to {groups[group]} already",
                  "같은 고시 품목군에 다른 대상이 지정되어 있습니다. 하나만 남겨 주세요")  # fmt: skip
    elif item in items.setdefault(group, {}) or key in items[group].values():
        found.add(path, item, "one rule for one thing", "the item, or the key it goes to, has a rule already",
                  "같은 항목의 규칙이 이미 있습니다. 하나만 남겨 주세요")  # fmt: skip
    else:
        items[group][item] = key


@frozen
class CourierCode:
    """A courier's code at a target. `other` is a different code that another public source has for it."""

    code: str
    other: str = ""


_TABLE: Final[Mapping[str, tuple[str, str, str]]] = {
    # ours: Coupang, Naver, Cafe24; a bar parts two codes on which public sources differ
    "D001": ("EPOST", "EPOST", "0012"),
    "D002": ("CJGLS", "CJGLS", "0006"),
    "D003": ("HANJIN", "HANJIN", "0018"),
    "D004": ("KGB", "KGB|LOGEN", "0004"),
    "D005": ("HYUNDAI", "HYUNDAI", "0079|0019"),
    "D006": ("KGBPS|KGBLS", "", ""),  # KGB택배 is not 롯데, whatever public tables say
    "D007": ("ILYANG", "ILYANG", "0011"),
    "D008": ("EMS", "EMS", ""),
    "D013": ("CHUNIL", "CHUNIL", "0016"),
    "D014": ("KUNYOUNG", "KUNYOUNG", ""),
    "D016": ("HANDEX", "HANDEX", ""),
    "D018": ("DAESIN", "DAESIN", "0002"),
    "D019": ("KDEXP", "KDEXP", "0039"),
    "D020": ("CVS", "CVSNET", ""),
    "D027": ("HDEXP", "HDEXP", "0047"),
    "D037": ("SLX", "SLX", ""),
    "D038": ("HONAM", "HONAM", ""),
    "D040": ("BGF", "CUPARCEL", ""),
}  # fmt: skip
_COLUMNS: Final = ("coupang", "naver", "cafe24")


@frozen
class CourierMap:
    """Courier codes per target: what public sources agree on, and the seller's own rules before them."""

    rules: Mapping[tuple[str, str], str] = field(factory=dict)
    """(our code such as `D002`, the target such as `naver`) to the target's code."""

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[object]]) -> Self:
        """Read rows of three cells: our courier by name or code, the target's word, its code.

        Raises `ConfigError` that lists every fault: a missing cell, an unknown courier or target, two rules
        for one courier.
        """
        check_items("rows", rows)
        found, rules = Problems(), dict[tuple[str, str], str]()
        for number, row in enumerate(rows, 1):
            name, target, code = (_cell(row, at) for at in range(3))
            path, ours = f"row[{number}]", lookup(name)
            if not (name or target or code):
                continue
            if ours is None or not target or not code:
                found.add(path, name, "courier, target and code", "an unknown courier, or an empty cell",
                          "택배사 이름이 코드표에 없거나 빈 칸이 있습니다. 값을 확인해 주세요")  # fmt: skip
            elif rules.setdefault((ours, target.casefold()), code) != code:
                found.add(path, name, "one rule for one thing", "the courier has another code already",
                          "같은 택배사의 코드가 이미 있습니다. 하나만 남겨 주세요")  # fmt: skip
        found.raise_all("courier map")
        return cls(rules)

    def find(self, courier: str, target: str) -> CourierCode | None:
        """Return the target's code for a courier name or code of ours; None when nothing public knows it."""
        ours = lookup(courier)
        if ours is None:
            return None
        if (given := self.rules.get((ours, target))) is not None:
            return CourierCode(given)
        if target not in _COLUMNS:
            return None
        code, _, other = _TABLE.get(ours, ("", "", ""))[_COLUMNS.index(target)].partition("|")
        return CourierCode(code, other) if code else None


@frozen(kw_only=True)
class SellerMaps:
    """Every map that a seller hands in, each empty by default."""

    categories: CodeMap = field(factory=CodeMap, validator=of_kind(CodeMap))
    """Our category (its path joined by ` > `, or its number) to the target's category code."""

    brands: CodeMap = field(factory=CodeMap, validator=of_kind(CodeMap))
    makers: CodeMap = field(factory=CodeMap, validator=of_kind(CodeMap))
    origins: CodeMap = field(factory=CodeMap, validator=of_kind(CodeMap))

    pictures: CodeMap = field(factory=CodeMap, validator=of_kind(CodeMap))
    """A picture's address to the address that the target gave it on upload."""

    notices: NoticeMap = field(factory=NoticeMap, validator=of_kind(NoticeMap))
    couriers: CourierMap = field(factory=CourierMap, validator=of_kind(CourierMap))
