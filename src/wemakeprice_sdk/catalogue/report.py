"""What an export has to say: per product and field, in Korean and English, and counted.

A line is one of three kinds. *needs-you*: the product is in the file, and something of it waits for the
seller. *changed*: something was cut, joined, dropped, or filled from the seller's own defaults. *refused*:
the product is not in the file, and the line says why. For every export, rows in = rows out + refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import ClassVar, Final, TypeAlias

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import shown
from wemakeprice_sdk.models.tables import Report, ReportTable, table_of


class LineKind(Enum):
    """What a line of the report is about; the order is the order of the report."""

    REFUSED = "refused"
    NEEDS_YOU = "needs-you"
    CHANGED = "changed"

    @property
    def korean(self) -> str:
        """The name of the kind in Korean."""
        return _KIND_NAMES[self]


_KIND_NAMES: Final = {
    LineKind.REFUSED: "제외",
    LineKind.NEEDS_YOU: "확인 필요",
    LineKind.CHANGED: "변경",
}


class LineCode(Enum):
    """Why a line is there: a stable word, and one sentence each in English and Korean."""

    MISSING = (
        "missing",
        "the target needs this and the catalogue has no value; fill it in, or give a default",
        "대상 몰의 필수 항목인데 값이 없습니다. 값을 채우거나 기본값을 지정해 주세요",
    )
    TO_FILL = (
        "to-fill",
        "left empty, because the catalogue has no value for it; fill it in at the target",
        "값이 없어 비워 두었습니다. 대상 몰에서 입력해 주세요",
    )
    UNMAPPED = (
        "unmapped",
        "no rule of the seller's map covers this value; add one",
        "매핑표에 이 값의 규칙이 없습니다. 매핑표에 추가해 주세요",
    )
    TOO_LONG = (
        "too-long",
        "longer than the target takes; shorten it",
        "대상 몰의 길이 제한을 넘습니다. 줄여 주세요",
    )
    OUT_OF_RANGE = (
        "out-of-range",
        "the number lies outside what the target takes",
        "대상 몰이 받는 범위를 벗어난 숫자입니다. 값을 확인해 주세요",
    )
    CHARACTERS = (
        "characters",
        "holds characters that the target cannot take; take them out",
        "대상 몰에서 쓸 수 없는 문자가 있습니다. 해당 문자를 지워 주세요",
    )
    SEPARATOR = (
        "separator",
        "holds a mark that separates values at the target; rename the value",
        "대상 몰에서 구분자로 쓰는 기호가 들어 있습니다. 값을 바꿔 주세요",
    )
    TOO_MANY = (
        "too-many",
        "more than the target takes for one product; split the product",
        "대상 몰의 상품당 개수 제한을 넘습니다. 상품을 나눠 주세요",
    )
    AXES_DIFFER = (
        "axes-differ",
        "the options of the product have different axes; make them alike",
        "옵션마다 옵션명 구성이 다릅니다. 옵션명 구성을 맞춰 주세요",
    )
    DUPLICATE_OPTION = (
        "duplicate-option",
        "two options have the same values; rename one of them",
        "값이 같은 옵션이 두 개 이상입니다. 옵션값을 바꿔 주세요",
    )
    DUPLICATE_KEY = (
        "duplicate-key",
        "a product with this identifier came before; it is written once",
        "같은 식별자의 상품이 앞에 있어 한 번만 내보냅니다. 원본에서 중복을 정리해 주세요",
    )
    SHARED_CODE = (
        "shared-code",
        "another product or option has the same seller code; make them differ, or use the stable ids",
        "같은 판매자 코드를 쓰는 상품이나 옵션이 더 있습니다. 코드를 다르게 하거나 고정 ID를 써 주세요",
    )
    MISFIT = (
        "misfit",
        "the target cannot hold these options as they are; join the axes or split the product",
        "대상 몰의 형식에 담을 수 없는 옵션 구성입니다. 옵션명을 합치거나 상품을 나눠 주세요",
    )
    NOT_A_LINK = (
        "not-a-link",
        "not a full web address that the target can fetch",
        "대상 몰이 가져갈 수 있는 웹 주소가 아닙니다. 전체 주소를 입력해 주세요",
    )
    DISPUTED = (
        "disputed",
        "public sources differ about this code; compare it with the target's own list",
        "공개 자료마다 코드가 다릅니다. 대상 몰의 코드표와 비교해 주세요",
    )
    UPLOAD = (
        "upload",
        "the target takes only addresses from its own upload; upload the picture and replace the address",
        "대상 몰에 업로드한 이미지 주소만 쓸 수 있습니다. 이미지를 업로드하고 주소를 바꿔 주세요",
    )
    NOT_HELD = (
        "not-held",
        "this file cannot hold it; enter it at the target",
        "이 파일에는 담을 수 없는 항목입니다. 대상 몰에서 입력해 주세요",
    )
    LAYOUT = (
        "layout",
        "written in a layout taken from public code; hand in the template that you download",
        "공개 자료의 양식으로 작성했습니다. 직접 내려받은 양식을 지정해 주세요",
    )
    SOURCE = (
        "source",
        "a source held a value that could not be read; look at the source",
        "원본에 읽을 수 없는 값이 있습니다. 원본을 확인해 주세요",
    )
    CUT = ("cut", "cut to the target's limit", "대상 몰의 길이 제한에 맞춰 잘랐습니다")
    JOINED = ("joined", "several values were joined into one", "여러 값을 하나로 합쳤습니다")
    DROPPED = ("dropped", "the target has no place for it", "대상 몰에 해당 항목이 없어 제외했습니다")
    STRIPPED = (
        "stripped",
        "parts that the target filters out were taken out",
        "대상 몰이 허용하지 않는 부분을 지웠습니다",
    )
    DEFAULT = ("default", "filled from the seller's default", "판매자가 지정한 기본값으로 채웠습니다")
    FALLBACK = (
        "fallback",
        "no exact counterpart at the target; the general one stands in",
        "대상 몰에 정확히 맞는 항목이 없어 일반 항목으로 대신했습니다",
    )
    REBASED = (
        "rebased",
        "one option has to have no surcharge: the price was raised and each surcharge lowered by the same",
        "추가금액이 0원인 옵션이 있어야 하므로 판매가를 올리고 추가금액을 같은 만큼 내렸습니다",
    )
    NEUTRALISED = (
        "neutralised",
        "begins like a formula; a mark in front keeps a spreadsheet from running it",
        "수식처럼 시작하는 값이라 앞에 기호를 붙여 실행되지 않게 했습니다",
    )
    CLEANED = (
        "cleaned",
        "control characters were taken out",
        "보이지 않는 제어 문자를 지웠습니다",
    )
    CLOSED = (
        "closed",
        "an option that was sold out or hidden is written with stock 0",
        "품절이거나 숨긴 옵션이므로 재고를 0으로 내보냅니다",
    )
    RAISED = ("raised", "a number below 0 became 0", "0보다 작은 숫자를 0으로 바꿨습니다")

    def __init__(self, word: str, english: str, korean: str) -> None:
        self.word = word
        self.english = english
        self.korean = korean


@frozen
class ExportLine:
    """One line of the report.

    `field` is the target's own name of the field, `detail` a bound or what was done.
    """

    product: str
    """The product's stable key; empty for a line about the whole export."""

    kind: LineKind
    code: LineCode
    field: str
    value: str = ""
    detail: str = ""

    @property
    def message(self) -> str:
        """One sentence in English."""
        return self.code.english

    @property
    def message_ko(self) -> str:
        """One sentence in Korean."""
        return self.code.korean


REPORT_COLUMNS: Final = (
    "구분", "상품", "항목", "값", "내용", "상세", "kind", "rule", "message",
)  # fmt: skip
"""Headers of the rows of `report_row`: kind, product, field, value, text, detail, then English."""

ReportRow: TypeAlias = tuple[str, ...]


def report_row(line: ExportLine) -> ReportRow:
    """Return a line as cells in the order of `REPORT_COLUMNS`."""
    return (
        line.kind.korean, line.product, line.field, line.value, line.message_ko, line.detail,
        line.kind.value, line.code.word, line.message,
    )  # fmt: skip


@define
class Notes:
    """Notes what happens to one product while it is written."""

    product: str
    lines: list[ExportLine] = field(factory=list)

    def add(self, kind: LineKind, code: LineCode, name: str, value: object = "", detail: object = "") -> None:
        """Note one thing; a value is shortened for the report."""
        self.lines.append(ExportLine(self.product, kind, code, name, shown(value), str(detail)))

    def refuse(self, code: LineCode, name: str, value: object = "", detail: object = "") -> None:
        """Note why the product cannot be written."""
        self.add(LineKind.REFUSED, code, name, value, detail)

    def ask(self, code: LineCode, name: str, value: object = "", detail: object = "") -> None:
        """Note what is left for the seller."""
        self.add(LineKind.NEEDS_YOU, code, name, value, detail)

    def change(self, code: LineCode, name: str, value: object = "", detail: object = "") -> None:
        """Note what was written otherwise than it stood."""
        self.add(LineKind.CHANGED, code, name, value, detail)

    @property
    def refused(self) -> bool:
        """Whether anything keeps the product out of the file."""
        return any(line.kind is LineKind.REFUSED for line in self.lines)


@frozen(kw_only=True)
class ExportCount:
    """How many lines of one kind, reason and field of the target a report has."""

    DERIVED: ClassVar[tuple[str, ...]] = ("message", "message_ko")

    kind: LineKind
    code: LineCode
    field: str
    number: int

    @property
    def message(self) -> str:
        """One sentence in English."""
        return self.code.english

    @property
    def message_ko(self) -> str:
        """One sentence in Korean."""
        return self.code.korean


@define
class ExportSummary(Report):
    """Counts of an export so far; `rows_in` is always `rows_out + refused`. A row is one product."""

    rows_in: int = 0
    rows_out: int = 0
    refused: int = 0
    lines: Counter[tuple[LineKind, LineCode, str]] = field(factory=Counter)
    """How many lines there are per kind, reason and field of the target."""

    def _tables(self) -> dict[str, ReportTable[object]]:
        return {"lines": table_of(self, "lines", ExportCount, self._counts, len(self.lines))}

    def _counts(self) -> Iterator[ExportCount]:
        order = list(LineKind)
        for (kind, code, name), number in sorted(
            self.lines.items(),
            key=lambda item: (order.index(item[0][0]), -item[1], item[0][2], item[0][1].word),
        ):
            yield ExportCount(kind=kind, code=code, field=name, number=number)

    def count(self, lines: Iterable[ExportLine], *, refused: bool) -> None:
        """Count one product and its lines."""
        self.rows_in += 1
        self.refused += refused
        self.rows_out += not refused
        self.lines.update((line.kind, line.code, line.field) for line in lines)

    def rows(self) -> Iterator[ReportRow]:
        """Yield the counts as cells: kind, field, text and number, the kinds in the report's order."""
        for one in self._counts():
            yield (
                one.kind.korean, one.field, one.code.korean, str(one.number),
                one.kind.value, one.code.word, one.code.english,
            )  # fmt: skip

    def __str__(self) -> str:
        """Return one line with the three numbers."""
        return f"in {self.rows_in} = out {self.rows_out} + refused {self.refused}"
