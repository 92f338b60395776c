"""Finding the header: below title rows, in one row or two, on the sheet that holds the data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ColumnError, WrongKindError
from wemakeprice_sdk.excel.columns import ColumnBook
from wemakeprice_sdk.excel.mapping import ColumnMap, fit, map_columns
from wemakeprice_sdk.excel.records import ExportKind
from wemakeprice_sdk.files.cells import Cell, SheetRow, cell_text, is_blank
from wemakeprice_sdk.files.limits import Budget

_SAMPLE = 60
_ENOUGH = 2
_KNOWN = 0.01
_UNITS = 1.5
"""A row of units belongs to the header, also where a column is not used for what it says (USD)."""
_MOST_TITLE = 400
_SAMPLE_TEXT = 8 << 20


@frozen(kw_only=True)
class Header:
    """A header that was found: its rows, what stood above it, and what its columns mean."""

    columns: ColumnMap
    first_row: int
    last_row: int
    titles: tuple[str, ...]
    """Text of the rows above the header."""
    score: float
    eligible: bool
    """Whether every required column was found, and nothing shows that the sheet is of another kind."""
    excluded: bool = False
    """Whether columns of another kind stand in it."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The headers, column by column."""
        return tuple(match.header for match in self.columns.matches)


@frozen
class Sample:
    """The first rows of a sheet, and the rest still to come."""

    rows: tuple[SheetRow, ...]
    rest: Iterator[SheetRow]

    @classmethod
    def take(cls, rows: Iterator[SheetRow], count: int) -> Sample:
        """Read `count` rows that hold anything, fewer when their text is very long."""
        first: list[SheetRow] = []
        text = 0
        for row in rows:
            if any(not is_blank(cell) for cell in row[1]):
                first.append(row)
                text += sum(len(cell) for cell in row[1] if isinstance(cell, str))
                if len(first) >= count or text > _SAMPLE_TEXT:
                    break
        return cls(tuple(first), rows)


def _texts(cells: Sequence[Cell], width: int) -> list[str]:
    texts = [cell_text(cell)[:200] if isinstance(cell, str) else "" for cell in cells[:width]]
    return texts + [""] * (width - len(texts))


def _filled_right(texts: Sequence[str], below: Sequence[str]) -> list[str]:
    """Repeat a merged heading over the columns it spans: blank cells with something below them."""
    filled: list[str] = []
    current = ""
    for text, under in zip(texts, below, strict=True):
        current = text or (current if under.strip() else "")
        filled.append(current)
    return filled


def _one_row(texts: Sequence[str]) -> list[tuple[str, ...]]:
    return [(text,) for text in texts]


def _two_rows(top: Sequence[str], bottom: Sequence[str]) -> list[tuple[str, ...]]:
    labels: list[tuple[str, ...]] = []
    for above, below in zip(_filled_right(top, bottom), bottom, strict=True):
        if not below.strip():
            labels.append((above,))
        elif not above.strip() or above == below:
            labels.append((below,))
        else:
            labels.append((f"{above} {below}", below))
    return labels


_UNIT = re.compile(
    r"\W*(?:단위\W*)?(?:원|원화|krw|won|개|건|ea|pcs|점|장|%|퍼센트|일|자|y/?n|yyyy\W?mm\W?dd\S*|천\s?원|만\s?원|백만\s?원|천\s?개|"
    r"[a-z]{3}|[$₩￦€£¥￥]|달러|엔|위안|유로)\W*",
    re.IGNORECASE,
)


def _count_units(texts: Sequence[str]) -> int:
    """Return how many units the row below a header says: (원), 개, USD; 0 when it says anything else."""
    filled = [text.strip() for text in texts if text.strip()]
    return len(filled) if all(_UNIT.fullmatch(text) for text in filled) else 0


def _with_units(top: Sequence[str], bottom: Sequence[str]) -> list[tuple[str, ...]]:
    pairs = ((above, below.strip().strip("()[]")) for above, below in zip(top, bottom, strict=True))
    return [(f"{above} ({below})" if below else above,) for above, below in pairs]


def find_header(
    rows: Sequence[SheetRow],
    book: ColumnBook,
    kinds: Sequence[ExportKind],
    explicit: Mapping[str, str] | None,
    budget: Budget,
) -> Header | None:
    """Find the best header of any of `kinds` in the first rows; None when nothing looks like one."""
    best: Header | None = None
    for position in range(min(budget.limits.header_rows, len(rows))):
        above = best if best is not None and rows[position][0] > best.last_row else None
        if above is not None and above.eligible and _is_data(rows, position, above, book):
            # Data follows a whole header; nothing further down can be a better one.
            break
        for span in (1, 2):
            if position + span > len(rows):
                continue
            for kind in kinds:
                budget.check_time()
                header = _try(rows, position, span, book, kind, explicit)
                if header is None or (above is not None and above.eligible and not header.eligible):
                    continue
                if above is not None and header.labels == above.labels:
                    # The header of the next page: what stands between is data.
                    continue
                if best is None or header.score > best.score + 1e-9:
                    best = header
    return best


def _is_data(rows: Sequence[SheetRow], position: int, header: Header, book: ColumnBook) -> bool:
    """Return whether a row holds numbers where the header wants them, and the row below nothing else.

    A legend or a title above the header has the same columns, but words or dates in them.
    """
    below = rows[position + 1][1] if position + 1 < len(rows) else ()
    for name, spec in book.kinds[header.columns.kind].fields.items():
        column = header.columns.get(name) if spec.required and spec.type == "id" else None
        if column is None:
            continue
        own, next_one = (cells[column.index : column.index + 1] for cells in (rows[position][1], below))
        if is_blank(next(iter(own), None)) or fit(spec, own) < 1 or fit(spec, next_one) == 0:
            return False
    return True


def _try(
    rows: Sequence[SheetRow],
    position: int,
    span: int,
    book: ColumnBook,
    kind: ExportKind,
    explicit: Mapping[str, str] | None,
) -> Header | None:
    width = max((len(cells) for _, cells in rows[position : position + span]), default=0)
    first = _texts(rows[position][1], width)
    units = 0
    if sum(bool(text.strip()) for text in first) < (1 if span == 2 else _ENOUGH):
        return None
    if span == 1:
        labels = _one_row(first)
    else:
        second = _texts(rows[position + 1][1], width)
        if rows[position + 1][0] != rows[position][0] + 1 or not _heading(rows[position + 1][1]):
            return None
        units = _count_units(second)
        labels = _with_units(first, second) if units else _two_rows(first, second)
    hits = sum(bool(book.candidates(kind, label)) for options in labels for label in options[:1])
    if hits < _ENOUGH and not explicit:
        return None
    sample = [cells for _, cells in rows[position + span : position + span + _SAMPLE]]
    try:
        columns = map_columns(book, kind, labels, sample, explicit)
    except ColumnError:
        return None
    bottom = [options[-1] for options in labels] if span > 1 else []
    header = _scored(columns, rows, position, span, book, bottom)
    if header is not None and units:
        header = evolve(header, score=header.score + _UNITS * units)
    # A mapping by letters fits every row alike: the one whose words are known is the header.
    return evolve(header, score=header.score + _KNOWN * hits) if header is not None and explicit else header


def _heading(cells: Sequence[Cell]) -> bool:
    """Return whether a row could be the second row of a header: text only, no long text, no digits alone."""
    return all(
        cell is None
        or (isinstance(cell, str) and len(cell) <= 60 and not cell.strip().replace(",", "").isdigit())
        for cell in cells
    )


def _scored(
    columns: ColumnMap,
    rows: Sequence[SheetRow],
    position: int,
    span: int,
    book: ColumnBook,
    bottom: Sequence[str],
) -> Header | None:
    specs = book.kinds[columns.kind].fields
    understood = columns.understood
    if len(understood) + len(columns.ambiguous) + len(columns.unconfirmed) < _ENOUGH:
        return None
    score = sum(match.confidence * (3 if specs[match.field or ""].required else 1) for match in understood)
    # A number that has to be confirmed was found all the same.
    score += 2 * len(columns.unconfirmed)
    eligible = all(columns.get(name) is not None for name, spec in specs.items() if spec.required)
    labels = tuple(match.header for match in columns.matches)
    # Names of the second row of a merged header say more than both rows together.
    excluded = book.excludes(columns.kind, [*labels, *bottom])
    eligible = eligible and not excluded
    if excluded:
        score *= 0.5
    if eligible:
        score += 6 + book.kinds[columns.kind].preference
    # One row is enough unless the second adds something.
    score -= 0.4 * (span - 1)
    titles = tuple(text for _, cells in rows[:position] for text in [_title(cells)] if text)
    return Header(
        columns=columns,
        first_row=rows[position][0],
        last_row=rows[position + span - 1][0],
        titles=titles,
        score=score,
        eligible=eligible,
        excluded=excluded,
    )


def _title(cells: Sequence[Cell]) -> str:
    filled = (cell_text(cell)[:_MOST_TITLE] for cell in cells if not is_blank(cell))
    return " ".join(islice(filled, _MOST_TITLE))[:_MOST_TITLE].strip()


def refuse_strangers(rows: Sequence[SheetRow], book: ColumnBook, depth: int) -> None:
    """Raise `WrongKindError` when a row is the header of an export that is none of ours."""
    for _, cells in rows[:depth]:
        stranger = book.stranger([cell_text(cell) for cell in cells if isinstance(cell, str)])
        if stranger is not None:
            raise WrongKindError(
                f"this looks like a {stranger.english}, which cannot be imported "
                f"({stranger.korean} 파일로 보입니다. 상품 또는 딜 목록 파일을 올려 주세요)"
            )
