"""Retention over a dossier: who bought and who paid, in its tables, its cover and its copies of sources."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape, unescape
from pathlib import Path
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import BagError
from wemakeprice_sdk.files.bagit import PAYLOAD, BagContent, BagReport, read_bag, write_bag
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.runner.expiry import RetentionLine, dates_of
from wemakeprice_sdk.runner.export.archive import RETENTION
from wemakeprice_sdk.runner.export.retention.swap import tables_of, wipe
from wemakeprice_sdk.runner.export.retention.terms import FolderTallies, FolderTerms
from wemakeprice_sdk.runner.export.tables import TableValue, write_csv, write_xlsx

COVER: Final = "cover.html"
SUMMARY: Final = "summary.json"
BOOK: Final = "dossier.xlsx"
_TABLES: Final = (
    "lines",
    "payouts",
    "missing",
    "contradictions",
    "three-way",
    "transfers",
    "interest",
    "terms",
    "sources",
)
_OWN: Final = frozenset({COVER, SUMMARY, BOOK, RETENTION, *(f"{name}.csv" for name in _TABLES)})
_STANDARD: Final = re.compile(r"bagit\.txt|bag-info\.txt|(tag)?manifest-sha(256|512)\.txt")


@frozen
class _People:
    """A table that names people: what its rows are known and dated by, and which values are personal.

    The first word of a pair is the column in the CSV, the second its title in the workbook and on the cover.
    """

    table: str
    kind: RecordKind
    key: tuple[str, str]
    day: tuple[str, str]
    values: Mapping[tuple[str, str], str]


_PEOPLE: Final = (
    _People(
        "lines",
        RecordKind.BUNDLE,
        ("bundle_no", "배송번호"),
        ("sales_day", "매출일"),
        {("buyer", "구매자"): "buyerName"},
    ),
    _People(
        "transfers",
        RecordKind.BANK_TRANSFER,
        ("transfer", "입금"),
        ("received_on", "입금일"),
        {("payer", "보낸 사람"): "payer", ("memo", "적요"): "memo"},
    ),
)


class DossierRewriter:
    """A dossier that is to be rewritten; it has to be whole, or its damage would be sealed as right.

    Raises `BagError` when the folder is not as its manifests say, or holds more than a bag of ours.
    """

    def __init__(self, place: Path, terms: FolderTerms) -> None:
        self._place, self._terms = place, terms
        self._data = place / PAYLOAD
        self._bag = _whole_bag(place)
        summary = json.loads((self._data / SUMMARY).read_text(encoding="utf-8"))
        self.account = " ".join(summary["accounts"])
        self._as_of = datetime.fromisoformat(summary["as_of"])
        self._made = self._as_of.date()
        self._people = self._copies_with_people()
        known = {*_OWN, *self._people}
        names = [file.name for file in self._bag.files if file.name not in known]
        self.unknown = tuple(name for name in names if not name.startswith("sources/"))
        self.inseparable = () if terms.takes_copies else tuple(self._people)

    def _copies_with_people(self) -> dict[str, str]:
        """Return the copies that may hold people, with the hash of the source."""
        with (self._data / "sources.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        there = {file.name for file in self._bag.files}
        return {
            row["copy"]: row["sha256"]
            for row in rows
            if row["may_hold_people"] == "Y" and row["copy"] in there
        }

    def survey(self) -> tuple[RetentionLine, ...]:
        """Read the tables and return what is to become of them."""
        tallies = FolderTallies(self._terms)
        for people in _PEOPLE:
            names, rows = _csv_rows(self._data / f"{people.table}.csv")
            for row in rows:
                self._row(people, names, row, tallies)
        for name in self._people if self._terms.copies else ():
            tally = tallies.of(name, RetentionClass.UNCLASSIFIED)
            if self._terms.takes_copies:
                key = self._terms.key_hmac(RecordKind.SOURCE, self._people[name])
                tally.destroy(self._made, ("file",), key)
            else:
                tally.hold("; ".join(dict.fromkeys(self._terms.holds.values())))
        return tallies.lines()

    def _row(
        self,
        people: _People,
        names: Sequence[str],
        row: Sequence[TableValue],
        tallies: FolderTallies | None = None,
    ) -> list[TableValue]:
        """Return a row of a table as it may be kept."""
        places = {
            place: wire for pair, wire in people.values.items() if (place := _place(names, pair)) is not None
        }
        body = {wire: str(row[place]) for place, wire in places.items() if row[place]}
        if not body:
            return list(row)
        key = str(row[_place(names, people.key) or 0])
        numbers = {"bundleNo": int(key)} if key.isdecimal() and people.kind is RecordKind.BUNDLE else {}
        day = _day(row[_place(names, people.day) or 0]) or self._made
        dates = dates_of(people.kind, {**body, **numbers}, day, self._terms.confirmed)
        expired = self._terms.expire(people.kind, body, dates)
        if tallies is not None:
            tallies.add(f"{people.table}.csv", people.kind, key, day, expired)
        left = {place: expired.body[wire] for place, wire in places.items() if wire in body}
        return [_text(left[place]) if place in left else value for place, value in enumerate(row)]

    def write(self, draft: Path, log: bytes) -> None:
        """Write the bag anew, dated by the day of the run."""
        left_out = " ".join(sorted(self._people.values())) if self._terms.takes_copies else ""
        info = {label: value for label, value in self._bag.info if label.lower() not in _RECKONED}
        if left_out:
            before = info.get(_LEFT_OUT, "none")
            info[_LEFT_OUT] = left_out if before == "none" else f"{before} {left_out}"
        tables = tables_of(self._place)
        tables.mkdir(mode=0o700)
        try:
            pieces = self._payload(tables, log)
            sums = tuple(self._bag.files[0].sums)
            write_bag(draft, pieces, date=self._terms.today, info=info, sums=sums)
        finally:
            wipe(tables)

    def _payload(self, place: Path, log: bytes) -> Iterator[tuple[str, BagContent]]:
        tables = {"sources": None, **{people.table: people for people in _PEOPLE}}
        for file in self._bag.files:
            table = tables.get(file.name.removesuffix(".csv"), _UNTOUCHED)
            if file.name == COVER:
                yield file.name, self._cover().encode()
            elif file.name == BOOK:
                self._book(place / BOOK)
                yield file.name, place / BOOK
            elif table is not _UNTOUCHED and file.name.endswith(".csv"):
                names, rows = _csv_rows(self._data / file.name)
                write_csv(place / file.name, names, [self._kept(names, row) for row in rows])
                yield file.name, place / file.name
            elif file.name != RETENTION and not (self._terms.takes_copies and file.name in self._people):
                yield file.name, self._data / file.name
        yield RETENTION, log

    def _kept(self, names: Sequence[str], row: Sequence[TableValue]) -> list[TableValue]:
        """Return any row as it may be kept; which table it is of, its columns say."""
        kept = list(row)
        for people in _PEOPLE:
            if any(_place(names, pair) is not None for pair in people.values):
                kept = self._row(people, names, kept)
        copy = _place(names, ("copy", "사본"))
        if copy is not None and self._terms.takes_copies and kept[copy] in self._people:
            kept[copy] = f"destroyed-{self._terms.today}"
        return kept

    def _book(self, target: Path) -> None:
        from openpyxl import load_workbook

        book = load_workbook(self._data / BOOK, read_only=True)
        try:
            sheets = {
                sheet.title: self._sheet(sheet.iter_rows(values_only=True)) for sheet in book.worksheets
            }
            write_xlsx(target, sheets, created=self._as_of)
        finally:
            book.close()

    def _sheet(
        self, rows: Iterator[tuple[object, ...]]
    ) -> tuple[Sequence[str], Iterator[Sequence[TableValue]]]:
        names = [str(name) for name in next(rows)]
        return names, (self._kept(names, [_value(cell) for cell in row]) for row in rows)

    def _cover(self) -> str:
        """Return the cover sheet, whose tables are read by their titles."""
        page = (self._data / COVER).read_text(encoding="utf-8")
        return re.sub(r"<table>.*?</table>", lambda match: self._html_table(match[0]), page, flags=re.DOTALL)

    def _html_table(self, table: str) -> str:
        names = [unescape(name) for name in re.findall(r"<th>(.*?)</th>", table)]

        def row(match: re.Match[str]) -> str:
            cells: list[str] = re.findall(r"<td[^>]*>.*?</td>", match[0], flags=re.DOTALL)
            texts: list[TableValue] = [unescape(re.sub(r"^<td[^>]*>|</td>$", "", cell)) for cell in cells]
            if len(cells) != len(names):
                return match[0]
            kept = self._kept(names, texts)
            changed = zip(cells, texts, kept, strict=True)
            return f"<tr>{''.join(cell if old == new else _td(new) for cell, old, new in changed)}</tr>"

        return re.sub(r"<tr>(?:<td).*?</tr>", row, table, flags=re.DOTALL)


_UNTOUCHED: Final = object()
_LEFT_OUT: Final = "Sources-Left-Out"
_RECKONED: Final = frozenset({"bagging-date", "payload-oxum"})


def _whole_bag(place: Path) -> BagReport:
    bag = read_bag(place)
    strays = [
        path.name for path in place.iterdir() if path.name != PAYLOAD and not _STANDARD.fullmatch(path.name)
    ]
    flaws = [
        *(str(problem) for problem in bag.problems),
        *(f"{name} is no part of a dossier" for name in strays),
    ]
    if flaws:
        raise BagError(f"{place}: not as its manifests say, so nothing was changed: {'; '.join(flaws)}")
    return bag


def _place(names: Sequence[str], pair: tuple[str, str]) -> int | None:
    """Return the place of a column by its name or its title."""
    return next((index for index, name in enumerate(names) if name in pair), None)


def _csv_rows(path: Path) -> tuple[list[str], list[list[TableValue]]]:
    """Return columns and rows of a table that `write_csv` wrote: what stands without quotes is a number."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, quoting=csv.QUOTE_NONNUMERIC)
        names = [str(name) for name in next(reader)]
        return names, [[_value(cell) for cell in row] for row in reader]


def _value(cell: object) -> TableValue:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, str | int | date) else None


def _day(value: TableValue) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _td(value: TableValue) -> str:
    return f"<td>{escape(str(value)) if value else ''}</td>"
