"""What is due of one record: its days, and its personal values by class, kept, masked or destroyed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import KST, korean_day
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.forgetting import field_name
from wemakeprice_sdk.ledger.records import PersonalPart
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models._given import whole_number
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass, class_of
from wemakeprice_sdk.policy.retention import RetentionDates, RetentionDue, RetentionRule
from wemakeprice_sdk.secrets import forgetful

_RECORDED: Final[Mapping[str, tuple[str, ...]]] = {
    RecordKind.BUNDLE: ("payDate", "orderDate"),
    RecordKind.CLAIM: ("requestDate",),
    RecordKind.QUESTION: ("questionDate",),
    RecordKind.REVIEW: ("writeDate",),
    RecordKind.INQUIRY: ("inquiryDate",),
    RecordKind.FILE_BUNDLE: ("payDate", "orderDate"),
    RecordKind.FILE_CLAIM: ("requestDate",),
    RecordKind.BANK_TRANSFER: ("received_on",),
}
_COMPLETED: Final[Mapping[str, tuple[str, ...]]] = {
    RecordKind.BUNDLE: ("shipCompleteDate",),
    RecordKind.FILE_BUNDLE: ("shipCompleteDate",),
    # A claim is over with the last answer to it.
    RecordKind.CLAIM: ("approveDate", "rejectDate", "withdrawDate"),
    RecordKind.FILE_CLAIM: ("approveDate", "rejectDate", "withdrawDate"),
}


@forgetful
def dates_of(
    kind: str, body: Mapping[str, JsonValue], otherwise: date, confirmed: Mapping[int, date]
) -> RetentionDates:
    """Return the days of a record; `otherwise` is its day where the body has none.

    `confirmed` is the day of 구매확정 by bundle number, where somebody knows it: no call says it.
    """
    fact = body.get("fact")
    values = fact if isinstance(fact, Mapping) else body
    recorded = _days(values, _RECORDED.get(kind, ()))
    bundle = values.get("bundleNo")
    return RetentionDates(
        recorded=recorded[0] if recorded else otherwise,
        completed=max(_days(values, _COMPLETED.get(kind, ())), default=None),
        confirmed=confirmed.get(bundle) if isinstance(bundle, int) else None,
    )


def confirmed_days(given: Mapping[int, date] | None) -> Mapping[int, date]:
    """Return days of 구매확정 by bundle number; raise `ValidationError` for what is no number or no day."""
    check_kind("confirmed", given, Mapping, optional=True)
    return {
        whole_number(number, "confirmed"): korean_day(day, f"confirmed[{number}]")
        for number, day in (given or {}).items()
    }


def part_dates(part: PersonalPart, confirmed: Mapping[int, date]) -> RetentionDates:
    """Return the days of personal values in the ledger, which knows when a thing was over."""
    # An order of a file is known by bundle and purchase; what a claim of a file refers to is no bundle.
    ref = part.ref.partition("/")[0] if part.kind == RecordKind.FILE_BUNDLE else part.ref
    bundle = int(ref) if ref.isdecimal() else None
    return RetentionDates(
        recorded=part.at.astimezone(KST).date(),
        completed=part.starts_at.astimezone(KST).date() if part.starts_at > part.at else None,
        confirmed=None if bundle is None else confirmed.get(bundle),
    )


def _days(values: Mapping[str, JsonValue], names: Iterable[str]) -> list[date]:
    return [day for name in names if (day := _day(values.get(name))) is not None]


def _day(value: JsonValue) -> date | None:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d", value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None  # a zero date


@frozen(kw_only=True)
class RetentionLine:
    """What became of one class in one file (개인정보파일): a kind of record, or a file of a folder.

    `destroyed`, `masked`, `held` and `kept` count records; in a dry run they say what would become of them.
    `held` stand under a legal hold (`holds` names each with its last day), `kept` have to stay because of
    `basis`, the last of them until the end of `kept_until`. Of what was destroyed, `first` and `last` are the
    days it belongs to, `fields` the names of the values, `keys` the HMAC of every record's natural key.
    """

    file: str
    data_class: RetentionClass
    basis: str
    destroyed: int = 0
    masked: int = 0
    held: int = 0
    kept: int = 0
    kept_until: date | None = None
    holds: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    fields: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def due(self) -> int:
        """Records whose period is over, or that are to be masked, held ones included."""
        return self.destroyed + self.masked + self.held

    @property
    def counted(self) -> int:
        """Records that were looked at."""
        return self.due + self.kept

    def __str__(self) -> str:
        """Return one line of text: what was done, what stays, until when and on what basis."""
        done = f"{self.file} {self.data_class}: {self.destroyed} destroyed, {self.masked} masked"
        held = f", {self.held} held by {'; '.join(self.holds)}" if self.held else ""
        until = f" until {self.kept_until}" if self.kept_until else ""
        kept = f", {self.kept} kept{until}" if self.kept else ""
        return f"{done}{held}{kept} [{self.basis}]"

    def to_json(self) -> dict[str, JsonValue]:
        """Return the line as JSON values."""
        days = {"kept_until": self.kept_until, "first": self.first, "last": self.last}
        return {
            "file": self.file,
            "data_class": self.data_class.value,
            "basis": self.basis,
            "destroyed": self.destroyed,
            "masked": self.masked,
            "held": self.held,
            "kept": self.kept,
            "holds": list(self.holds),
            **{name: None if day is None else day.isoformat() for name, day in days.items()},
            "fields": list(self.fields),
            "keys": list(self.keys),
        }


@define
class LineTally:
    """Counts what becomes of one class in one file."""

    file: str
    data_class: RetentionClass
    basis: str
    destroyed: int = 0
    masked: int = 0
    held: int = 0
    kept: int = 0
    kept_until: date | None = None
    days: list[date] = field(factory=list)
    holds: dict[str, None] = field(factory=dict)
    fields: dict[str, None] = field(factory=dict)
    keys: list[str] = field(factory=list)

    def keep(self, due: RetentionDue, count: int = 1) -> None:
        """Count what has to stay."""
        self.kept += count
        last = due.destroy_from - timedelta(days=1)
        if self.kept_until is None or last > self.kept_until:
            # Where nobody knows the day of delivery, another period counts than the usual one.
            self.kept_until, self.basis = last, str(due.term)

    def hold(self, why: str) -> None:
        """Count what is due and stands under a hold."""
        self.held += 1
        self.holds[why] = None

    def destroy(self, day: date, paths: Iterable[str], key: str) -> None:
        """Count a record of which the class was destroyed."""
        self.destroyed += 1
        self.days = [min([day, *self.days]), max([day, *self.days])]
        self.fields.update(dict.fromkeys(map(field_name, paths)))
        self.keys.append(key)

    def line(self) -> RetentionLine:
        """Return what was counted."""
        return RetentionLine(
            file=self.file,
            data_class=self.data_class,
            basis=self.basis,
            destroyed=self.destroyed,
            masked=self.masked,
            held=self.held,
            kept=self.kept,
            kept_until=self.kept_until,
            holds=tuple(self.holds),
            first=min(self.days, default=None),
            last=max(self.days, default=None),
            fields=tuple(self.fields),
            keys=tuple(self.keys),
        )


@frozen
class Expired:
    """A body after retention, and the paths that were masked and destroyed, by class."""

    body: Mapping[str, JsonValue]
    masked: Mapping[RetentionClass, tuple[str, ...]]
    destroyed: Mapping[RetentionClass, tuple[str, ...]]
    kept: Mapping[RetentionClass, RetentionDue]
    """What stays of it, and until when."""
    held: tuple[RetentionClass, ...]
    """What is due and stands under a hold."""


def expire(
    kind: str,
    body: Mapping[str, JsonValue],
    dates: RetentionDates,
    rules: Mapping[RetentionClass, RetentionRule],
    today: date,
    held: Collection[RetentionClass] = (),
) -> Expired:
    """Return a body as it may be kept on the day `today`; what is `held` stays as it is."""
    clear, private = personal.split(kind, body)
    paths: dict[RetentionClass, list[str]] = defaultdict(list)
    for path in private:
        paths[class_of(kind, path)].append(path)
    masked: dict[RetentionClass, tuple[str, ...]] = {}
    destroyed: dict[RetentionClass, tuple[str, ...]] = {}
    kept: dict[RetentionClass, RetentionDue] = {}
    stays: list[RetentionClass] = []
    for data_class, found in paths.items():
        due, values = rules[data_class].due(dates), {path: private[path] for path in found}
        over = due.destroy_from <= today
        if data_class in held and (over or due.is_masked_on(today)):
            stays.append(data_class)
        elif over:
            destroyed[data_class] = tuple(found)
            private = {path: value for path, value in private.items() if path not in values}
        else:
            kept[data_class] = due
            covered = personal.mask(values) if due.is_masked_on(today) else values
            if covered != values:
                masked[data_class], private = tuple(found), private | covered
    return Expired(personal.join(clear, private), masked, destroyed, kept, tuple(stays))
