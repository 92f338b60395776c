"""What is said when a file is not what was asked for, and of columns that were guessed or left."""

from __future__ import annotations

from collections.abc import Sequence

from wemakeprice_sdk.errors import ColumnError, UnreadableFileError, WrongKindError
from wemakeprice_sdk.excel.columns import KindSpec, names_other_money
from wemakeprice_sdk.excel.mapping import ColumnMap
from wemakeprice_sdk.excel.partial import unit_of
from wemakeprice_sdk.excel.records import READERS, ExportKind
from wemakeprice_sdk.files.cells import SheetRow, is_blank


def wrong_kind(looks: KindSpec | None, asked: KindSpec) -> WrongKindError:
    """Return the refusal of a file of another kind, with what to do instead."""
    if looks is None:
        return WrongKindError(
            f"this is no {asked.english}: it has columns of orders, claims or settlement; export the "
            f"{asked.english} from the partner centre and give that file "
            f"({asked.korean} 파일이 아닙니다. 파트너센터에서 {asked.korean} 파일을 내려받아 올려 주세요)"
        )
    reader = READERS.get(looks.kind)
    imported = looks.kind in (ExportKind.PRODUCTS, ExportKind.DEALS)
    way = f"kind=ExportKind.{looks.kind.name}" if imported else f"{reader}()" if reader else ""
    instead = f", or read this one with {way}" if way else ""
    instead_ko = f". 이 파일을 읽으려면 다음을 사용해 주세요: {way}" if way else ""
    return WrongKindError(
        f"this looks like {_one(looks)}, not {_one(asked)}; export the {asked.english} and give that "
        f"file{instead} "
        f"({looks.kind.korean} 파일로 보입니다. {asked.kind.korean} 파일을 올려 주세요{instead_ko})"
    )


def _one(spec: KindSpec) -> str:
    return f"{'an' if spec.english[0] in 'aeiou' else 'a'} {spec.english}"


def refuse_to_import(kind: ExportKind) -> None:
    """Raise `WrongKindError` for a kind that no preview takes."""
    if kind in (ExportKind.PRODUCTS, ExportKind.DEALS):
        return
    reader = READERS.get(kind)
    instead = f"use {reader}()" if reader else "nothing reads it"
    raise WrongKindError(
        f"{kind.value} are archived, not imported; {instead} "
        f"({kind.korean} 파일은 가져오기 대상이 아닙니다. 상품 또는 딜 목록 파일을 올려 주세요)"
    )


def no_header(samples: Sequence[tuple[SheetRow, ...]]) -> ColumnError | UnreadableFileError:
    """Return the refusal of a file without a header, or without rows."""
    rows = [row for sample in samples for row in sample][:5]
    if not rows:
        return UnreadableFileError(
            "the file holds no rows; export it again with a wider period "
            "(데이터가 없는 파일입니다. 조회기간을 넓혀 다시 내려받아 주세요)"
        )
    # How many cells, never what they say: in a file without a header the first row may be a buyer's.
    seen = ", ".join(str(sum(not is_blank(cell) for cell in cells)) for _, cells in rows)
    return ColumnError(
        f"no header row was found; the first rows hold {seen} filled cells; keep the header of the export, "
        "or name the columns with mapping= "
        "(제목 행을 찾을 수 없습니다. 내려받은 제목 행이 있는지 확인해 주세요)"
    )


_PROOFS = frozenset(
    (
        ExportKind.BANK_STATEMENT,
        ExportKind.VAT_MONTHS,
        ExportKind.SETTLEMENT_ORDERS,
        ExportKind.SETTLEMENT_SHIPPING,
    )
)
"""Kinds whose amounts are proofs: one in other money, or in thousands, would be a false one."""


def require_won(kind: ExportKind, titles: Sequence[str]) -> None:
    """Raise `UnreadableFileError` when the title of a proof says that its amounts are not in won."""
    unit = next((unit for title in titles if (unit := unit_of(title)) is not None), None)
    if kind in _PROOFS and unit is not None:
        raise UnreadableFileError(
            f"the title says that amounts are in {unit}, which is no proof to the won; export it in won "
            f"(제목의 금액 단위가 원이 아닙니다: {unit}. 원 단위로 내려받은 파일을 올려 주세요)"
        )


def column_notes(columns: ColumnMap) -> list[str]:
    """Return one line for every column that was guessed, or not used though it could have been."""
    notes = [
        f"{match.letter} [{match.header}] was taken as {match.field}, "
        f"confidence {match.confidence:.2f} "
        f"(추정한 열입니다. 열을 확인해 주세요: {match.letter} [{match.header}])"
        for match in columns.guessed
    ]
    notes += [
        f"{match.letter} [{match.header}] is not in plain won or pieces and was not used; kept as it is "
        "(원 단위가 아니어서 사용하지 않았습니다. 원화 금액 열을 추가해 주세요: "
        f"{match.letter} [{match.header}])"
        for match in columns.unknown
        if names_other_money(match.header)
    ]
    return notes + [
        f"ambiguous, not used: {sentence} "
        f"(중복된 열이어서 사용하지 않았습니다. 열을 직접 지정해 주세요: {sentence})"
        for sentence in columns.ambiguous
    ]
