"""Sabangnet's goods registration XML (사방넷 상품등록) in EUC-KR, at most 1,000 goods a file.

Attested: the nodes, their order and lengths by a public copy of Sabangnet's sheet, the grammar of options by
eight code bases. The sheet wants an apostrophe before prices; code that uploads XML writes plain numbers, and
so does this. Not tried: no file was registered. The header's key (SEND_AUTH_KEY) is never handed to the
library: it stays empty for the seller to fill in. Category codes, cost and the notice's codes (속성분류코드)
are Sabangnet's or the seller's own.

Options have two axes; stocks and surcharges stand per value of the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Final

from attrs import field
from attrs.validators import in_

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
    ACCOUNT_SETTING,
    SET_BY_PUBLISH,
    Exporter,
    ExportJob,
    Gap,
    LeftField,
    TextLimit,
    TextUnit,
    left_out,
    unencodable,
)
from wemakeprice_sdk.catalogue.report import ExportLine, LineCode, LineKind
from wemakeprice_sdk.models.codes import ShipArea, ShipType

_ENCODING: Final = "euc_kr"
_NAME: Final = TextLimit(100, TextUnit.BYTES, _ENCODING)
"""50 Korean characters."""
_WORDS: Final = TextLimit(30)
_PICTURES: Final = 20
_MOST_AXES: Final = 2
_LEVELS: Final = ("CLASS_CD1", "CLASS_CD2", "CLASS_CD3", "CLASS_CD4")
_NEEDED_LEVELS: Final = 3
_PROPERTIES: Final = 33
_AREAS: Final = {ShipArea.WHOLE: "1", ShipArea.NO_MOUNTAIN_ISLAND: "2"}
_SEPARATORS: Final = (",", "^^")


@frozen
class Sabangnet(Exporter):
    """Products as Sabangnet's XML. COMPAYNY_GOODS_CD is the product's stable id.

    `goods_kind` is 상품구분: 1 위탁, 2 제조, 3 사입, 4 직영. A category code of the seller's map holds three
    or four codes parted by `|`. A notice rule's group is the code (속성분류코드), its keys are `PROP_VAL1` to
    `PROP_VAL33`.
    """

    target: ClassVar[str] = "sabangnet"
    suffix: ClassVar[str] = "xml"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "GOODS_NM",
        "seller_code": "COMPAYNY_GOODS_CD",
        "brand": "BRAND_NM",
        "maker": "MAKER",
        "model": "MODEL_NM",
        "display": "STATUS",
        "taxable": "TAX_YN",
        "origin.text": "ORIGIN",
        "category": "CLASS_CD1 to 4",
        "description_html": "GOODS_REMARKS",
        "images": "IMG_PATH",
        "list_price": "GOODS_CONSUMER_PRICE",
        "price": "GOODS_PRICE",
        "stock": "CHAR_1_VAL",
        "notices": "PROP1_CD, PROP_VAL1 to 33",
        "certificates": "CERTNO",
        "shipping.fee_kind": "DELV_TYPE",
        "shipping.fee": "DELV_COST",
        "shipping.prepaid": "DELV_TYPE",
        "shipping.area": "DELIV_ABLE_REGION",
        "keywords": "GOODS_SEARCH",
        "option.axes": "CHAR_1_NM, CHAR_1_VAL, CHAR_2_NM, CHAR_2_VAL",
        "option.surcharge": "CHAR_1_VAL",
        "option.stock": "CHAR_1_VAL",
        "option.state": "CHAR_1_VAL",
        "option.displayed": "CHAR_1_VAL",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried,
        {
            "status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH,
            "shipping.ship_from": ACCOUNT_SETTING, "shipping.return_to": ACCOUNT_SETTING,
        },
    )  # fmt: skip
    most_products = 1_000

    company_id: str = ""
    send_date: date | None = None
    goods_kind: int = field(default=3, validator=in_((1, 2, 3, 4)))

    @property
    def remarks(self) -> tuple[ExportLine, ...]:
        """Name the fields of the header that the seller has to fill in."""
        empty = {"SEND_COMPAYNY_ID": self.company_id, "SEND_AUTH_KEY": "", "SEND_DATE": self.send_date}
        return tuple(
            ExportLine("", LineKind.NEEDS_YOU, LineCode.TO_FILL, name)
            for name, value in empty.items()
            if not value
        )

    def head(self) -> bytes:
        """Return declaration and header."""
        day = "" if self.send_date is None else f"{self.send_date:%Y%m%d}"
        header = "".join((
            _node("SEND_COMPAYNY_ID", self.company_id), _node("SEND_AUTH_KEY", ""), _node("SEND_DATE", day),
            _node("SEND_GOODS_CD_RT", "Y"), _node("RESULT_TYPE", "XML"),
        ))  # fmt: skip
        start = '<?xml version="1.0" encoding="EUC-KR"?>\n<SABANG_GOODS_REGI>\n'
        return f"{start}<HEADER>\n{header}</HEADER>\n".encode(_ENCODING)

    def tail(self) -> bytes:
        """Return the end of the document."""
        return b"</SABANG_GOODS_REGI>\n"

    def write(self, job: ExportJob) -> bytes:
        """Return the product's DATA element."""
        nodes = self._product(job) | self._prices(job) | self._options(job) | self._pictures(job)
        nodes |= {"GOODS_REMARKS": job.description("GOODS_REMARKS")} | self._notice(job)
        numbers = [one.number for one in job.product.certificates if one.number]
        nodes["CERTNO"] = job.text("CERTNO", numbers[0] if numbers else None)
        for number in numbers[1:]:
            job.notes.ask(LineCode.NOT_HELD, "CERTNO", number)
        for name, text in nodes.items():
            if strange := unencodable(text, _ENCODING):
                job.notes.refuse(LineCode.CHARACTERS, name, strange, "EUC-KR")
        data = "".join(_node(name, text) for name, text in nodes.items() if text)
        return f"<DATA>\n{data}</DATA>\n".encode(_ENCODING, "replace")

    def _product(self, job: ExportJob) -> dict[str, str]:
        product, defaults = job.product, job.defaults
        taxable = job.taxable("TAX_YN", Gap.REFUSE)
        area = job.shipping.area
        # Neither a season nor a sex stands in marketplace data; 7 and 4 say that none applies.
        for name in ("GOODS_SEASON", "SEX"):
            job.notes.change(LineCode.FALLBACK, name, "해당없음")
        return {
            "GOODS_NM": job.name("GOODS_NM", _NAME),
            "MODEL_NM": job.text("MODEL_NM", product.model, default=defaults.model, limit=_WORDS),
            "BRAND_NM": job.text("BRAND_NM", product.brand, default=defaults.brand, gap=Gap.ASK),
            "COMPAYNY_GOODS_CD": job.text(
                "COMPAYNY_GOODS_CD", product.id if product.variants else job.sku(), limit=_WORDS
            ),
            "GOODS_SEARCH": ",".join(job.text("GOODS_SEARCH", word) for word in product.keywords),
            "GOODS_GUBUN": str(self.goods_kind),
            **self._category(job),
            "MAKER": job.text("MAKER", product.maker, default=defaults.maker, gap=Gap.ASK, limit=_WORDS),
            "ORIGIN": job.text("ORIGIN", job.origin.text, default=defaults.origin_text, gap=Gap.REFUSE),
            "GOODS_SEASON": "7",
            "SEX": "4",
            "STATUS": "2" if job.shown else "1",
            "DELIV_ABLE_REGION": _AREAS.get(area, "") if area is not None else "",
            "TAX_YN": "1" if taxable else "2",
        }

    def _category(self, job: ExportJob) -> dict[str, str]:
        code = job.category("CLASS_CD1", Gap.REFUSE)
        levels = [level.strip() for level in code.split("|")] if code else []
        if code and not (_NEEDED_LEVELS <= len(levels) <= len(_LEVELS) and all(levels)):
            job.notes.refuse(LineCode.UNMAPPED, "CLASS_CD1", code, "3..4 codes, a|b|c")
        return dict(zip(_LEVELS, levels, strict=False))

    def _prices(self, job: ExportJob) -> dict[str, str]:
        terms = job.shipping
        price, listed = job.price("GOODS_PRICE", 1), job.list_price()
        cost = job.number("GOODS_COST", None, default=job.defaults.cost, gap=Gap.REFUSE)
        if listed is None:
            job.notes.change(LineCode.FALLBACK, "GOODS_CONSUMER_PRICE", price, "GOODS_PRICE")
        if terms.fee_kind == ShipType.FREE:
            kind, fee = "1", None
        else:
            kind = "" if terms.prepaid is None else "3" if terms.prepaid else "2"
            fee = job.number("DELV_COST", terms.fee, default=job.defaults.shipping_fee, gap=Gap.ASK)
        if not kind:
            job.missing("DELV_TYPE", Gap.REFUSE)
        return {
            "DELV_TYPE": kind,
            "DELV_COST": "" if fee is None else str(fee),
            "GOODS_COST": "" if cost is None else str(cost),
            "GOODS_PRICE": str(price),
            "GOODS_CONSUMER_PRICE": str(price if listed is None else listed),
        }

    def _options(self, job: ExportJob) -> dict[str, str]:
        matrix = job.matrix("CHAR_1_VAL", most_axes=_MOST_AXES, separators=_SEPARATORS)
        if matrix is None:
            stock = job.stock("CHAR_1_VAL", job.product.stock)
            return {"CHAR_1_NM": "단품", "CHAR_1_VAL": f"단품^^{stock}^^0"}
        if not matrix.rows:
            return {}
        if not matrix.is_told_by_first_axis and not matrix.repeated():
            matrix = job.join("CHAR_1_VAL", matrix, 1)
        first = {row.values[0]: row for row in matrix.rows}
        nodes = {
            "CHAR_1_NM": matrix.axes[0],
            "CHAR_1_VAL": ",".join(f"{value}^^{row.stock}^^{row.surcharge}" for value, row in first.items()),
        }
        if len(matrix.axes) == _MOST_AXES:
            nodes |= {"CHAR_2_NM": matrix.axes[1], "CHAR_2_VAL": ",".join(matrix.values[1])}
        return nodes

    def _pictures(self, job: ExportJob) -> dict[str, str]:
        first, *more = job.pictures("IMG_PATH", _PICTURES) or ("",)
        if not first:
            job.missing("IMG_PATH", Gap.REFUSE)
        # 1 and 3 are required pictures of single malls; the main one stands in for them.
        places = [f"IMG_PATH{at}" for at in range(2, 23) if at not in (1, 3)]
        nodes = {"IMG_PATH": first, "IMG_PATH1": first, "IMG_PATH3": first}
        return nodes | dict(zip(places, more, strict=False))

    def _notice(self, job: ExportJob) -> dict[str, str]:
        notices = job.product.notices
        if not notices:
            job.missing("PROP1_CD", Gap.ASK)
            return {}
        for other in notices[1:]:
            job.notes.change(LineCode.DROPPED, "PROP1_CD", other.group or other.group_no)
        group = notices[0].group or str(notices[0].group_no or "")
        rule = job.maps.notices.rules.get(group)
        if rule is None:
            job.notes.ask(LineCode.UNMAPPED, "PROP1_CD", group)
            return {}
        ours = {one.name: one.value for one in notices[0].entries if one.name and one.value}
        filled: dict[str, str] = {}
        for name, value in ours.items():
            if (key := rule.items.get(name)) is None:
                job.notes.change(LineCode.DROPPED, "PROP1_CD", value, name)
            else:
                filled[key] = job.text(key, value)
        places = [f"PROP_VAL{at}" for at in range(1, _PROPERTIES + 1)]
        for key in filled:
            if key not in places:
                job.notes.refuse(LineCode.UNMAPPED, "PROP1_CD", key)
        known = {key: filled[key] for key in places if key in filled}
        return {"PROP_EDIT_YN": "Y", "PROP1_CD": rule.group, **known}


def _node(name: str, text: str) -> str:
    return f"<{name}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>\n"
