"""What every exporter stands on: limits in the target's own unit, the job of one product, the driver.

An exporter is one class: a table of what it carries, and a method that writes one product. It knows no other
exporter. Everything here is pure: products come in one by one, bytes and rows go out one by one, and nothing
of a product stays behind but its id.
"""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from typing import ClassVar, Final, TypeAlias

from attrs import define, fields

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.defaults import (
    CodeMap,
    Defaults,
    Misfit,
    Overflow,
    SellerMaps,
    SkuSource,
    is_web_address,
)
from wemakeprice_sdk.catalogue.exporters.matrix import JOINT, Matrix, MatrixRow
from wemakeprice_sdk.catalogue.model import (
    VALUE_FIELDS,
    VARIANT_FIELDS,
    CatalogueProduct,
    CatalogueVariant,
    ImageRole,
    Origin,
    ShippingTerms,
)
from wemakeprice_sdk.catalogue.report import ExportLine, LineCode, Notes
from wemakeprice_sdk.files.sheetxml import MOST_CELL_TEXT
from wemakeprice_sdk.models.codes import DisplayState, OptionSaleStatus

TargetCell: TypeAlias = str | int
TargetRow: TypeAlias = tuple[TargetCell, ...]

UNTITLED: Final = "옵션"
"""What an option's level is called at a target that wants a title, where the catalogue has none."""

CATEGORY_JOINT: Final = " > "

_BAND_FROM: Final = 10_000
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ACTIVE: Final = ("script", "style", "iframe")


class TextUnit(Enum):
    """What a target counts when it limits a text."""

    CHARACTERS = "characters"
    UTF16 = "UTF-16 units"
    """What a cell of a workbook counts: an emoji is two."""
    BYTES = "bytes"


@frozen
class TextLimit:
    """The longest text that a target takes, the bound included."""

    most: int
    unit: TextUnit = TextUnit.CHARACTERS
    encoding: str = "utf-8"

    def measure(self, text: str) -> int:
        """Return the length of a text in the unit."""
        if self.unit is TextUnit.CHARACTERS:
            return len(text)
        if self.unit is TextUnit.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return len(text.encode(self.encoding, "replace"))

    def fits(self, text: str) -> bool:
        """Return whether a text is short enough."""
        return self.measure(text) <= self.most

    def cut(self, text: str) -> str:
        """Return the longest beginning that fits; no character is split."""
        low, high = 0, min(len(text), self.most)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.fits(text[:middle]) else (low, middle - 1)
        return text[:low].rstrip()

    def __str__(self) -> str:
        """Return bound and unit, such as `100 bytes`."""
        return f"{self.most} {self.unit.value}"


CELL_LIMIT: Final = TextLimit(MOST_CELL_TEXT, TextUnit.UTF16)
"""What one cell of a workbook holds."""


class Gap(Enum):
    """What a missing value means at a target."""

    REFUSE = "refuse"
    """The target does not take the product without it."""
    ASK = "ask"
    """The field stays empty and the seller fills it in there."""
    QUIET = "quiet"
    """Nothing is wrong."""


@frozen
class LeftField:
    """A field of ours that does not go to a target, and why, in English and Korean."""

    why: str
    why_ko: str


OUR_FIELDS: Final = (
    *(name for name in VALUE_FIELDS if name not in ("origin", "shipping")),
    *(f"origin.{one.name}" for one in fields(Origin)),
    *(f"shipping.{one.name}" for one in fields(ShippingTerms)),
    *(f"option.{name}" for name in VARIANT_FIELDS),
)
"""Every field of the catalogue that could go somewhere; each exporter says what becomes of each."""

NO_PLACE: Final = LeftField("the format has no field for it", "양식에 해당 항목이 없습니다")
OWN_NUMBER: Final = LeftField(
    "a number of this marketplace, without meaning elsewhere", "위메프 안에서만 쓰는 번호입니다"
)
SET_BY_PUBLISH: Final = LeftField(
    "goods come as drafts unless the seller says publish",
    "판매자가 공개를 지정하지 않으면 초안으로 내보냅니다",
)
ACCOUNT_SETTING: Final = LeftField(
    "set once for the whole shop at the target", "대상 몰의 환경설정에서 한 번 지정하는 항목입니다"
)


def left_out(carried: Iterable[str], reasons: Mapping[str, LeftField]) -> Mapping[str, LeftField]:
    """Return a reason for every field of ours that is not carried."""
    numbers = dict.fromkeys(
        ("brand_no", "maker_no", "category_code", "option.option_no", "shipping.template_no",
         "shipping.template_name"), OWN_NUMBER,
    )  # fmt: skip
    known = {**numbers, **reasons}
    taken = set(carried)
    return {name: known.get(name, NO_PLACE) for name in OUR_FIELDS if name not in taken}


class Exporter(ABC):
    """One target: what it carries of ours, and how one product is written for it."""

    target: ClassVar[str]
    """Its word, such as `shopify`."""

    suffix: ClassVar[str]
    """File name ending, such as `csv`."""

    carried: ClassVar[Mapping[str, str]]
    """Field of ours (`OUR_FIELDS`) to the field of the target that holds it."""

    left: ClassVar[Mapping[str, LeftField]]
    """Field of ours to the reason why the target does not get it."""

    most_products: int | None = None
    """How many products one file takes; more go into further files."""

    most_bytes: int | None = None
    """How many bytes one file takes."""

    sheet: ClassVar[str] = ""
    """Name of the worksheet of a target that is a workbook; empty for a target of bytes."""

    def heading(self) -> tuple[TargetRow, ...]:
        """Return the rows above the data of a workbook."""
        return ()

    def head(self) -> bytes:
        """Return what stands at the beginning of each file."""
        return b""

    def tail(self) -> bytes:
        """Return what stands at the end of each file."""
        return b""

    @property
    def remarks(self) -> tuple[ExportLine, ...]:
        """What the report says about the export as a whole."""
        return ()

    @abstractmethod
    def write(self, job: ExportJob) -> bytes | tuple[TargetRow, ...]:
        """Return one product as bytes of a file, or as rows of a workbook.

        Whatever is missing or changed is noted in `job`; the result of a refused product is thrown away.
        """


def csv_line(cells: Iterable[TargetCell], *, delimiter: str = ",") -> str:
    """Return one line of a delimited file, quoted where needed, ending in CR LF (RFC 4180)."""
    parts: list[str] = []
    csv.writer(_Parts(parts), delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return "".join(parts)


@frozen
class _Parts:
    parts: list[str]

    def write(self, text: str) -> None:
        self.parts.append(text)


def unencodable(text: str, encoding: str) -> str:
    """Return the characters of a text that an encoding lacks, each once.

    Python's EUC-KR writes rare syllables as eight bytes that no importer reads, so more than two bytes are
    too many.
    """
    strange = []
    for mark in dict.fromkeys(text):
        try:
            if len(mark.encode(encoding)) > 2:
                strange.append(mark)
        except UnicodeEncodeError:
            strange.append(mark)
    return "".join(strange)


def without_active_parts(html: str) -> str:
    """Return HTML without its script, style and iframe elements; one that never ends goes to the end."""
    for tag in _ACTIVE:
        html = _without_element(html, tag)
    return html


def _without_element(html: str, tag: str) -> str:
    opening = re.compile(rf"<{tag}(?=[\s/>])", re.IGNORECASE)
    closing = re.compile(rf"</{tag}\s*>", re.IGNORECASE)
    kept: list[str] = []
    at = 0
    while (start := opening.search(html, at)) is not None:
        kept.append(html[at : start.start()])
        end = closing.search(html, start.end())
        at = len(html) if end is None else end.end()
    return "".join([*kept, html[at:]]) if at else html


@define(slots=False)
class ExportJob:
    """One product on its way into one target, with what the seller gave and the notes that come of it."""

    product: CatalogueProduct
    notes: Notes
    defaults: Defaults
    maps: SellerMaps
    target: str
    shared: frozenset[str] = frozenset()
    """Seller codes that two things bear."""

    def text(
        self,
        name: str,
        value: str | None,
        *,
        default: str | None = None,
        gap: Gap = Gap.QUIET,
        limit: TextLimit | None = None,
        cut: bool = False,
    ) -> str:
        """Return a text for the field `name` of the target; empty when there is none.

        A missing value becomes the default, or is noted as `gap` says. What is longer than `limit` is cut
        where `cut` allows it and refused otherwise. Control characters are taken out.
        """
        words = self.clean(name, (value or "").strip())
        if not words and default is not None:
            words = default
            self.notes.change(LineCode.DEFAULT, name)
        if not words:
            self.missing(name, gap)
        if limit is None or limit.fits(words):
            return words
        if not cut:
            self.notes.refuse(LineCode.TOO_LONG, name, words, f"{limit.measure(words)} > {limit}")
            return words
        self.notes.change(LineCode.CUT, name, words, f"{limit.measure(words)} > {limit}")
        return limit.cut(words)

    def clean(self, name: str, text: str) -> str:
        """Return a text without control characters, which no target takes."""
        cleaned = _CONTROL.sub("", text)
        if cleaned != text:
            self.notes.change(LineCode.CLEANED, name, cleaned)
        return cleaned

    def missing(self, name: str, gap: Gap) -> None:
        """Note a value that is not there."""
        if gap is Gap.REFUSE:
            self.notes.refuse(LineCode.MISSING, name)
        elif gap is Gap.ASK:
            self.notes.ask(LineCode.TO_FILL, name)

    def number(
        self,
        name: str,
        value: int | None,
        low: int = 0,
        high: int | None = None,
        *,
        default: int | None = None,
        gap: Gap = Gap.QUIET,
    ) -> int | None:
        """Return a whole number for a field; None when there is none.

        One outside `low`..`high` is refused.
        """
        if value is None and default is not None:
            value = default
            self.notes.change(LineCode.DEFAULT, name, default)
        if value is None:
            self.missing(name, gap)
        elif value < low or (high is not None and value > high):
            self.notes.refuse(LineCode.OUT_OF_RANGE, name, value, f"{low}..{'' if high is None else high}")
        return value

    def name(self, name: str, limit: TextLimit | None = None) -> str:
        """Return the product's name, without which nothing is written anywhere."""
        cut = self.defaults.overflow is Overflow.CUT
        return self.text(name, self.product.name, gap=Gap.REFUSE, limit=limit, cut=cut)

    def price(self, name: str, low: int = 0, high: int | None = None) -> int:
        """Return the product's price in won, without which nothing is written anywhere.

        A price of 0 that no option raises was never filled in: the other shop would give the goods away.
        """
        raised = any((variant.surcharge or 0) > 0 for variant in self.product.variants)
        return (
            self.number(name, self.product.price, low if raised else max(low, 1), high, gap=Gap.REFUSE) or 0
        )

    def list_price(self) -> int | None:
        """Return the list price in won where it is higher than the price, which is what makes it one."""
        listed, price = self.product.list_price, self.product.price
        return listed if listed is not None and price is not None and listed > price else None

    def mapped(self, name: str, codes: CodeMap, words: Iterable[str | None], gap: Gap = Gap.ASK) -> str:
        """Return the target's code for the first of our words that the map knows, else an empty text."""
        ours = [word for word in words if word]
        for word in ours:
            if (code := codes.get(word)) is not None:
                return code
        if ours and gap is not Gap.QUIET:
            note = self.notes.refuse if gap is Gap.REFUSE else self.notes.ask
            note(LineCode.UNMAPPED, name, ours[0])
        elif not ours:
            self.missing(name, gap)
        return ""

    def category(self, name: str, gap: Gap = Gap.ASK) -> str:
        """Return the target's category code by the map: by path, leaf code or leaf name."""
        product = self.product
        path = CATEGORY_JOINT.join(product.category)
        code = str(product.category_code) if product.category_code is not None else None
        leaf = product.category[-1] if product.category else None
        return self.mapped(name, self.maps.categories, (path, code, leaf), gap)

    def courier(self, name: str, gap: Gap = Gap.QUIET) -> str:
        """Return the target's code of the courier; an unknown one is refused, never guessed."""
        shipping = self.product.shipping
        ours = self.text(name, shipping.courier if shipping else None, default=self.defaults.courier, gap=gap)
        if not ours:
            return ""
        found = self.maps.couriers.find(ours, self.target)
        if found is None:
            self.notes.refuse(LineCode.UNMAPPED, name, ours)
            return ""
        if found.other:
            self.notes.ask(LineCode.DISPUTED, name, found.code, found.other)
        return found.code

    @cached_property
    def shipping(self) -> ShippingTerms:
        """The terms of shipping, all empty when nothing is known of them."""
        return self.product.shipping or ShippingTerms()

    @cached_property
    def origin(self) -> Origin:
        """The origin, all empty when nothing is known of it."""
        return self.product.origin or Origin()

    def flag(self, name: str, value: bool | None, default: bool | None, gap: Gap = Gap.ASK) -> bool | None:
        """Return a yes or no for a field, or the default, or None when nobody said."""
        if value is None and default is not None:
            self.notes.change(LineCode.DEFAULT, name, default)
            return default
        if value is None:
            self.missing(name, gap)
        return value

    def taxable(self, name: str, gap: Gap = Gap.ASK) -> bool | None:
        """Return whether VAT is in the price."""
        default = self.defaults.tax_free
        return self.flag(name, self.product.taxable, None if default is None else not default, gap)

    def adult_only(self, name: str, gap: Gap = Gap.ASK) -> bool | None:
        """Return whether minors may not buy it."""
        return self.flag(name, self.product.adult_only, self.defaults.adult_only, gap)

    def rebase(self, name: str, matrix: Matrix, price: int, band: int | None) -> tuple[int, Matrix]:
        """Return price and options so that one option has no surcharge, as Naver wants it; totals stay.

        A surcharge beyond `band` per cent of a price above 10,000 won is refused; None for no check.
        """
        raised, matrix = matrix.rebased()
        if raised:
            self.notes.change(LineCode.REBASED, name, price, raised)
            price += raised
        for row in matrix.rows if band is not None and price > _BAND_FROM else ():
            if row.surcharge * 100 > price * (band or 0):
                detail = f"{row.surcharge} > {band} % of {price}"
                self.notes.refuse(LineCode.OUT_OF_RANGE, "옵션가", JOINT.join(row.values), detail)
        return price, matrix

    def return_fees(self, names: tuple[str, str], high: int) -> tuple[int | None, int | None]:
        """Return the fees of a return (one way) and of an exchange (both ways), in won.

        An exchange whose fee nobody said costs twice a return, which is one line of the report.
        """
        terms, defaults = self.shipping, self.defaults
        one_way = self.number(names[0], terms.return_fee, 0, high, default=defaults.return_fee, gap=Gap.ASK)
        exchange, default = terms.exchange_fee, defaults.exchange_fee
        if exchange is None and default is None and one_way is not None:
            exchange = one_way * 2
            self.notes.change(LineCode.FALLBACK, names[1], exchange, f"{one_way} x 2")
        return one_way, self.number(names[1], exchange, 0, high, default=default, gap=Gap.ASK)

    def certificates_left(self, name: str) -> None:
        """Note the KC certificates, which the seller has to enter at the target."""
        for one in self.product.certificates:
            if one.number:
                self.notes.ask(LineCode.NOT_HELD, name, one.number, one.kind.korean if one.kind else "")

    def total(self, name: str, row: MatrixRow) -> int:
        """Return the price of an option in won, surcharge included; one below 0 is refused."""
        return self.number(name, (self.product.price or 0) + row.surcharge) or 0

    @property
    def shown(self) -> bool:
        """Whether the product is to be shown at once: the seller said publish, and it was not hidden here."""
        return self.defaults.publish and self.product.display != DisplayState.HIDDEN

    def pictures(self, name: str, most: int) -> tuple[str, ...]:
        """Return at most `most` picture addresses, the main one first; what is no address is left out."""
        found = []
        for image in self.product.images_of(ImageRole.MAIN, ImageRole.EXTRA):
            if is_web_address(image.url):
                found.append(self.maps.pictures.get(image.url) or image.url)
            else:
                self.notes.ask(LineCode.NOT_A_LINK, name, image.url)
        unique = tuple(dict.fromkeys(found))
        for url in unique[most:]:
            self.notes.change(LineCode.DROPPED, name, url, f"{len(unique)} > {most}")
        return unique[:most]

    def description(self, name: str, limit: TextLimit | None = None, gap: Gap = Gap.ASK) -> str:
        """Return the description in HTML. One that is too long is refused: half a description is none."""
        html = self.product.description_html
        if not html:
            urls = [image.url for image in self.product.images_of(ImageRole.DESCRIPTION)]
            html = "".join(f'<img src="{_quoted(url)}">' for url in urls if is_web_address(url))
            if html:
                self.notes.change(LineCode.JOINED, name, f"{len(urls)}", "img")
        return self.text(name, html, gap=gap, limit=limit)

    def sku(self, variant: CatalogueVariant | None = None) -> str:
        """Return the SKU of an option, or of a product without options, by the seller's choice of source."""
        product = self.product
        own = product.id if variant is None else product.variant_id(variant)
        code = (product.seller_code if variant is None else variant.seller_code) or ""
        if self.defaults.sku is SkuSource.MARKETPLACE:
            return own
        if not code:
            self.notes.change(LineCode.FALLBACK, "SKU", own)
            return own
        if code in self.shared:
            self.notes.refuse(LineCode.SHARED_CODE, "SKU", code)
        return self.clean("SKU", code)

    def stock(self, name: str, value: int | None) -> int:
        """Return how many pieces there are; less than none is none."""
        known = self.number(
            name, value if value is None else max(value, 0), default=self.defaults.stock, gap=Gap.REFUSE
        )
        if value is not None and value < 0:
            self.notes.change(LineCode.RAISED, name, value)
        return known or 0

    def matrix(
        self,
        name: str,
        *,
        most_axes: int | None = None,
        most_rows: int | None = None,
        separators: tuple[str, ...] = (),
        limit: TextLimit | None = None,
        closable: bool = False,
    ) -> Matrix | None:
        """Return the options, checked against what the target holds; None for a product without options.

        More than `most_axes` axes are joined or refused as the seller chose. A value with one of the
        `separators` is refused: the target would read two values. A target that is not `closable` cannot mark
        an option as sold out, so that such an option goes there with stock 0.
        """
        if not self.product.variants:
            return None
        matrix = self._all_options(name, closable=closable)
        if most_rows is not None and len(matrix.rows) > most_rows:
            self.notes.refuse(LineCode.TOO_MANY, name, len(matrix.rows), f"{len(matrix.rows)} > {most_rows}")
        if most_axes is not None and len(matrix.axes) > most_axes:
            matrix = self.join(name, matrix, most_axes)
        for values in matrix.repeated():
            self.notes.refuse(LineCode.DUPLICATE_OPTION, name, JOINT.join(values))
        if len(set(matrix.axes)) < len(matrix.axes):
            self.notes.refuse(LineCode.DUPLICATE_OPTION, name, JOINT.join(matrix.axes))
        for text in dict.fromkeys((*matrix.axes, *(value for values in matrix.values for value in values))):
            self._check_option(name, text, separators, limit)
        return matrix

    def _check_option(
        self, name: str, text: str, separators: tuple[str, ...], limit: TextLimit | None
    ) -> None:
        if not text:
            self.notes.refuse(LineCode.MISSING, name)
        if any(mark in text for mark in separators):
            self.notes.refuse(LineCode.SEPARATOR, name, text, " ".join(separators).replace("\n", "⏎"))
        if limit is not None and not limit.fits(text):
            self.notes.refuse(LineCode.TOO_LONG, name, text, f"{limit.measure(text)} > {limit}")

    def join(self, name: str, matrix: Matrix, most: int) -> Matrix:
        """Return the matrix with its last axes joined, where the seller chose that; refuse it otherwise."""
        detail = f"{len(matrix.axes)} > {most}" if len(matrix.axes) > most else JOINT.join(matrix.axes)
        if self.defaults.misfit is Misfit.REFUSE:
            self.notes.refuse(LineCode.MISFIT, name, JOINT.join(matrix.axes), detail)
            return matrix
        joined = matrix.joined(most)
        self.notes.change(LineCode.JOINED, name, joined.axes[-1], detail)
        return joined

    def _all_options(self, name: str, *, closable: bool) -> Matrix:
        variants = self.product.variants
        titles = tuple(axis.name for axis in variants[0].axes)
        if any(tuple(axis.name for axis in variant.axes) != titles for variant in variants):
            self.notes.refuse(LineCode.AXES_DIFFER, name)
            return Matrix((), ())
        if not all(titles):
            self.notes.change(LineCode.FALLBACK, name, UNTITLED)
            spare = iter((UNTITLED, *(f"{UNTITLED}{number}" for number in range(2, len(titles) + 1))))
            titles = tuple(title or next(spare) for title in titles)
        axes = tuple(self.clean(name, title.strip()) for title in titles)
        return Matrix(axes, tuple(self._row(name, variant, closable=closable) for variant in variants))

    def _row(self, name: str, variant: CatalogueVariant, *, closable: bool) -> MatrixRow:
        surcharge = self.number(
            f"{name} 추가금액", variant.surcharge, -(10**9), default=self.defaults.surcharge, gap=Gap.REFUSE
        )
        usable = variant.state != OptionSaleStatus.SOLD_OUT and variant.displayed is not False
        stock = self.stock(f"{name} 재고", variant.stock)
        if stock and not usable and not closable:
            self.notes.change(LineCode.CLOSED, name, variant.label, stock)
            stock = 0
        return MatrixRow(
            key=self.product.variant_id(variant),
            values=tuple(self.clean(name, axis.value.strip()) for axis in variant.axes),
            surcharge=surcharge or 0,
            stock=stock,
            code=self.sku(variant),
            usable=usable,
        )

    def drop(self, left: Iterable[str]) -> None:
        """Note every field of ours that holds something and that the target does not get."""
        for name in left:
            for value in self._ours(name):
                if value not in (None, "", (), False):
                    self.notes.change(LineCode.DROPPED, name, value)
                    break

    def _ours(self, name: str) -> Iterable[object]:
        part, _, rest = name.rpartition(".")
        if part == "option":
            return (getattr(variant, rest) for variant in self.product.variants)
        return (getattr(getattr(self, part) if part else self.product, rest),)


def _quoted(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
