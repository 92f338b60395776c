"""Google Merchant Center's product feed as a tab-separated file, one line per option.

Attested: Google's product data specification and the attribute list of its API (official). Not tried: no feed
was uploaded. Google shows a product only when its `link` leads to a page that sells it, so the seller has to
name the address of the new shop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import ClassVar, Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
    SET_BY_PUBLISH,
    Exporter,
    ExportJob,
    Gap,
    LeftField,
    TargetCell,
    TextLimit,
    csv_line,
    left_out,
    without_active_parts,
)
from wemakeprice_sdk.catalogue.exporters.matrix import JOINT, Matrix, MatrixRow
from wemakeprice_sdk.catalogue.report import LineCode
from wemakeprice_sdk.models.codes import ProductType, ShipType

_ID: Final = TextLimit(50)
_TITLE: Final = TextLimit(150)
_DESCRIPTION: Final = TextLimit(5_000)
_BRAND: Final = TextLimit(70)
_VALUE: Final = TextLimit(100)
_TYPE: Final = TextLimit(750)
_MORE_PICTURES: Final = 10

_COLUMNS: Final = (
    "id", "title", "description", "link", "image_link", "additional_image_link", "availability", "price",
    "sale_price", "condition", "brand", "gtin", "item_group_id", "color", "size", "product_type",
    "google_product_category", "adult", "shipping", "free_shipping_threshold",
)  # fmt: skip
_AXES: Final = {
    "color": "color", "colour": "color", "색상": "color", "컬러": "color", "색깔": "color",
    "size": "size", "사이즈": "size", "크기": "size",
}  # fmt: skip
_CONDITIONS: Final = {
    ProductType.NEW: "new",
    ProductType.MADE_TO_ORDER: "new",
    ProductType.USED: "used",
    ProductType.RESALE: "used",
    ProductType.REFURBISHED: "refurbished",
}
_STABLE: Final = LeftField(
    "the id has to stay the same, so it is the stable id", "항목 ID가 바뀌지 않도록 고정 ID를 씁니다"
)
_SHOWN: Final = LeftField(
    "a feed shows every product in it; leave hidden ones out",
    "피드의 상품은 모두 노출되므로 숨길 상품은 빼 주세요",
)
_BLANKS: Final = re.compile(r"\s+")


@frozen
class GoogleFeed(Exporter):
    """Products as a Google Merchant feed. `id` is the option's stable id, `item_group_id` the product's."""

    target: ClassVar[str] = "google"
    suffix: ClassVar[str] = "tsv"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "title",
        "description_html": "description",
        "images": "image_link, additional_image_link",
        "brand": "brand",
        "category": "product_type, google_product_category",
        "isbn": "gtin",
        "price": "price, sale_price",
        "list_price": "price",
        "stock": "availability",
        "condition": "condition",
        "adult_only": "adult",
        "shipping.fee_kind": "shipping",
        "shipping.fee": "shipping",
        "shipping.free_over": "free_shipping_threshold",
        "option.axes": "color, size, title",
        "option.surcharge": "price, sale_price",
        "option.stock": "availability",
        "option.state": "availability",
        "option.displayed": "availability",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH, "display": _SHOWN,
            "seller_code": _STABLE, "option.seller_code": _STABLE,
        },
    )  # fmt: skip

    def head(self) -> bytes:
        """Return the header row."""
        return csv_line(_COLUMNS, delimiter="\t").encode()

    def write(self, job: ExportJob) -> bytes:
        """Return one line per option, or one for a product without options."""
        common = self._common(job)
        matrix = job.matrix("option")
        if matrix is None:
            stock = job.stock("availability", job.product.stock)
            row = MatrixRow(key=job.product.id, values=(), surcharge=0, stock=stock)
            rows = [common | self._offer(job, row)]
        else:
            rows = [common | self._offer(job, row) | self._variant(job, matrix, row) for row in matrix.rows]
        return "".join(
            csv_line((_flat(row.get(name, "")) for name in _COLUMNS), delimiter="\t") for row in rows
        ).encode()

    def _common(self, job: ExportJob) -> dict[str, TargetCell]:
        product = job.product
        job.price("price", 1)
        first, *more = job.pictures("image_link", _MORE_PICTURES + 1) or ("",)
        if not first:
            job.missing("image_link", Gap.REFUSE)
        path = " > ".join(product.category)
        adult = job.adult_only("adult", Gap.QUIET)
        return {
            "title": job.name("title", _TITLE),
            "description": self._description(job),
            "image_link": first,
            "additional_image_link": ",".join(url.replace(",", "%2C") for url in more),
            "condition": self._condition(job),
            "brand": job.text("brand", product.brand, default=job.defaults.brand, gap=Gap.ASK, limit=_BRAND),
            "gtin": job.text("gtin", product.isbn, gap=Gap.ASK),
            "product_type": job.text("product_type", path, limit=_TYPE, cut=True),
            "google_product_category": job.category("google_product_category"),
            "adult": "" if adult is None else "yes" if adult else "no",
            **self._shipping(job),
        }

    def _description(self, job: ExportJob) -> str:
        html = job.product.description_html or ""
        text = plain_text(html)
        if text != html.strip():
            job.notes.change(LineCode.STRIPPED, "description", text)
        return job.text("description", text, gap=Gap.ASK, limit=_DESCRIPTION, cut=True)

    def _condition(self, job: ExportJob) -> str:
        condition = job.product.condition
        word = _CONDITIONS.get(condition, "") if condition is not None else ""
        if not word:
            job.notes.ask(LineCode.TO_FILL, "condition", condition.korean if condition else "")
        return word

    def _shipping(self, job: ExportJob) -> dict[str, TargetCell]:
        terms = job.shipping
        fee = job.number("shipping", terms.fee, default=job.defaults.shipping_fee)
        if terms.fee_kind == ShipType.FREE:
            fee = 0
        if fee is None:
            job.missing("shipping", Gap.ASK)
            return {}
        cells: dict[str, TargetCell] = {"shipping": f"KR:::{fee} KRW"}
        if terms.fee_kind == ShipType.COND and terms.free_over:
            cells["free_shipping_threshold"] = f"KR:{terms.free_over} KRW"
        return cells

    def _offer(self, job: ExportJob, row: MatrixRow) -> dict[str, TargetCell]:
        price, listed = job.total("price", row), job.list_price()
        link = job.defaults.link
        if link is None:
            job.missing("link", Gap.REFUSE)
        cells: dict[str, TargetCell] = {
            "id": job.text("id", row.key, limit=_ID),
            "link": (link or "").replace("{key}", job.product.id),
            "availability": "in_stock" if row.stock and row.usable else "out_of_stock",
            "price": f"{price} KRW",
        }
        if listed is not None:
            cells |= {"price": f"{listed + row.surcharge} KRW", "sale_price": f"{price} KRW"}
        return cells

    def _variant(self, job: ExportJob, matrix: Matrix, row: MatrixRow) -> dict[str, TargetCell]:
        cells: dict[str, TargetCell] = {"item_group_id": job.product.id}
        others = []
        for axis, value in zip(matrix.axes, row.values, strict=True):
            name = _AXES.get(axis.casefold(), "")
            if name and name not in cells:
                cells[name] = job.text(name, value, limit=_VALUE)
            else:
                others.append(value)
        if others:
            # Options that differ neither in colour nor in size would look alike; the title tells them apart.
            job.notes.change(LineCode.JOINED, "title", JOINT.join(others))
            cells["title"] = job.text("title", f"{job.product.name} - {JOINT.join(others)}", limit=_TITLE)
        return cells


def _flat(cell: TargetCell) -> TargetCell:
    return _BLANKS.sub(" ", cell) if isinstance(cell, str) else cell


def plain_text(html: str) -> str:
    """Return the text of HTML, its blanks as one."""
    reader = _Reader()
    reader.feed(without_active_parts(html))
    reader.close()
    return _BLANKS.sub(" ", "".join(reader.found)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's own face
        self.found.append(" " if tag in ("br", "p", "div", "li", "tr", "td") else "")
