"""What becomes of one order or person on request (정보주체 삭제요청): what goes, what must stay, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.intents import held_with
from wemakeprice_sdk.ledger.personal import normalised
from wemakeprice_sdk.ledger.records import Intent, PersonalPart, StoredRecord
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import ClaimStatus, RecordKind, ShipStatus
from wemakeprice_sdk.models.retention import INTENTS, RetentionClass, class_of
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.policy.retention import RetentionDates, RetentionRule
from wemakeprice_sdk.runner.expiry import dates_of, part_dates
from wemakeprice_sdk.runner.reports import JobReport, report_parts
from wemakeprice_sdk.secrets import forgetful, forgetful_init

_PHONE_DIGITS: Final = 8
_OPEN_ORDERS: Final = frozenset({ShipStatus.NEW.value, ShipStatus.CONFIRM.value, ShipStatus.DELIVERY.value})
_OPEN_CLAIMS: Final = frozenset(status.value for status in ClaimStatus if status.is_open)
UNSETTLED: Final = "결과를 모르는 요청(결과를 확인할 때까지 필요함)"
NOT_OVER: Final = "거래가 끝나지 않음(배송 완료·클레임 처리 전이므로 이용 목적이 남아 있음)"


@forgetful_init
@frozen(kw_only=True)
class ErasureSubject:
    """What a request is about: one order by its bundle number, or one person by telephone and name."""

    bundle_no: int | None = None
    phone: str = field(default="", repr=False)
    name: str = field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that it is one order or one person."""
        problems = Problems()
        person = bool(self.phone or self.name)
        problems.require(
            (self.bundle_no is None) is person,
            "bundle_no",
            self.bundle_no,
            "an order, or a person by phone and name",
            "name one order by bundle_no, or one person by phone, name or both",
            "배송번호(bundle_no) 하나, 또는 연락처(phone)·이름(name)으로 한 사람을 지정해 주세요",
        )
        if self.phone:
            digits = normalised(self.phone)
            problems.require(
                digits.isdecimal() and len(digits) >= _PHONE_DIGITS,
                "phone",
                "***",
                f"at least {_PHONE_DIGITS} digits",
                "is no telephone number",
                "전화번호가 아닙니다. 숫자를 확인해 주세요",
            )
        problems.raise_all("erasure", ValidationError)

    @property
    def values(self) -> frozenset[str]:
        """What a record has to say to be about the person, as the ledger compares it."""
        return frozenset(normalised(value) for value in (self.phone, self.name) if value)

    @property
    def target(self) -> str:
        """What the audit trail says of it: a person is not named."""
        return "person" if self.bundle_no is None else f"bundle:{self.bundle_no}"


@frozen(kw_only=True)
class ErasureItem:
    """One class of one record: whether it goes, else on what basis and until when it has to stay.

    `basis` is in Korean; `kept_until` is the last day (KST), None where that is not known yet.
    """

    kind: str
    key: str
    data_class: RetentionClass
    day: date
    destroyed: bool
    basis: str = ""
    kept_until: date | None = None

    def __str__(self) -> str:
        """Return one line of text."""
        name = f"{self.kind} {self.key} {self.data_class}"
        if self.destroyed:
            return f"{name}: destroyed"
        until = f" until {self.kept_until}" if self.kept_until else ""
        return f"{name}: stays{until} [{self.basis}]"


@frozen(kw_only=True)
class ErasurePreview(Report):
    """The records that a request matched, and what would become of each class; look at it before `erase`.

    It names records by their key and holds no value of them. A record in which another person stands too
    (buyer and recipient) is one record: its class goes for both.
    """

    account: str
    target: str
    records: tuple[tuple[str, str], ...]
    """Kind and key of what matched."""
    items: tuple[ErasureItem, ...]

    @property
    def destroyed(self) -> tuple[ErasureItem, ...]:
        """What would go."""
        return tuple(item for item in self.items if item.destroyed)

    @property
    def kept(self) -> tuple[ErasureItem, ...]:
        """What has to stay."""
        return tuple(item for item in self.items if not item.destroyed)

    def __str__(self) -> str:
        """Return the lines."""
        return "\n".join(map(str, self.items))


@frozen(kw_only=True)
class ErasureReport(JobReport):
    """The report of `erase`: what was destroyed, and what must stay, on what basis, until when."""

    destroyed: tuple[ErasureItem, ...] = ()
    kept: tuple[ErasureItem, ...] = ()

    def __str__(self) -> str:
        """Return the report in lines of text, with every item."""
        return "\n".join([super().__str__(), *(f"  {item}" for item in (*self.destroyed, *self.kept))])

    @classmethod
    def of(cls, report: JobReport, items: Iterable[ErasureItem]) -> ErasureReport:
        """Add the items to a report."""
        rows = tuple(items)
        return evolve(
            cls(**report_parts(report)),
            destroyed=tuple(item for item in rows if item.destroyed),
            kept=tuple(item for item in rows if not item.destroyed),
        )


@frozen(kw_only=True)
class ErasureTerms:
    """What a decision goes by."""

    rules: Mapping[RetentionClass, RetentionRule]
    today: date
    confirmed: Mapping[int, date]
    holds: Mapping[tuple[str, RetentionClass], tuple[str, datetime]]

    def of_part(self, part: PersonalPart, *, is_open: bool) -> ErasureItem:
        """Decide on personal values of a record; `is_open` says that its order or claim is not over."""
        dates = part_dates(part, self.confirmed)
        holds = self._held((part.kind,), part.retention_class)
        return self._decided(part.kind, part.key, part.retention_class, dates, holds, is_open=is_open)

    def of_payload(self, intent: Intent) -> ErasureItem:
        """Decide on what was sent."""
        dates = RetentionDates(recorded=intent.opened_at.date())
        data_class = class_of(INTENTS, intent.operation)
        reasons = self._held(held_with(intent.operation), data_class)
        if intent.state.is_active:
            # The ledger keeps it as long: without it nobody can find out what became of the call.
            reasons.append((date.max, UNSETTLED))
        return self._decided(INTENTS, str(intent.id), data_class, dates, reasons, is_open=False)

    def _held(self, kinds: Iterable[str], data_class: RetentionClass) -> list[tuple[date, str]]:
        holds = (self.holds.get((kind, data_class)) for kind in kinds)
        return [(hold[1].date(), hold[0]) for hold in holds if hold is not None]

    def _decided(
        self,
        kind: str,
        key: str,
        data_class: RetentionClass,
        dates: RetentionDates,
        others: list[tuple[date, str]],
        *,
        is_open: bool,
    ) -> ErasureItem:
        rule = self.rules[data_class]
        item = ErasureItem(kind=kind, key=key, data_class=data_class, day=dates.recorded, destroyed=False)
        reasons = [*self._reasons(rule, dates, is_open=is_open), *others]
        if not reasons:
            return evolve(item, destroyed=True)
        until, basis = max(reasons)
        return evolve(item, basis=basis, kept_until=None if until == date.max else until)

    def _reasons(
        self, rule: RetentionRule, dates: RetentionDates, *, is_open: bool
    ) -> Iterator[tuple[date, str]]:
        """Yield until when something has to stay, and why."""
        over = rule.due(dates).destroy_from
        if rule.minimum is not None:
            # A period that the seller confirmed below the law's is his word; it counts here as in the job.
            over = min(over, rule.minimum.period.free_from(rule.start(dates)[1]))
            if over > self.today:
                yield over - timedelta(days=1), str(rule.minimum)
        elif is_open and over > self.today:
            yield date.max, NOT_OVER


def is_open(record: StoredRecord) -> bool:
    """Return whether an order or claim is not over, as far as this record of it says."""
    if record.kind == RecordKind.BUNDLE:
        return record.status in _OPEN_ORDERS
    if record.kind == RecordKind.CLAIM:
        return record.status.rpartition(":")[2] in _OPEN_CLAIMS
    # A file has a state of its own; where it shows none, the end has to have a day.
    if dates_of(record.kind, record.body, record.at.date(), {}).completed is not None:
        return False
    fact = record.body.get("fact")
    values = fact if isinstance(fact, Mapping) else record.body
    delivery = values.get("delivery")
    # An exchange has a delivery of its own beside the state of its claim.
    state = values.get("claimStatus") or (
        delivery.get("shipStatus") if isinstance(delivery, Mapping) else None
    )
    return state is None or state in _OPEN_ORDERS | _OPEN_CLAIMS


def targets_of(kind: str, key: str) -> tuple[str, ...]:
    """Return what acts on a record are locked on: for a claim its bundle, or itself where it has none."""
    # The kinds of records and of targets are the same words.
    number, _, rest = key.partition("/")
    if kind == RecordKind.BUNDLE:
        return (f"bundle:{number}",)
    if kind == RecordKind.CLAIM:
        return (f"bundle:{rest.partition('/')[0]}", f"claim:{number}")
    return (f"{kind}:{key}",)


@forgetful
def orders_of(body: Mapping[str, JsonValue]) -> frozenset[int]:
    """Return the numbers by which others refer to an order: its order and option numbers."""
    fact = body.get("fact")
    values = fact if isinstance(fact, Mapping) else body
    products = list(_mappings(values.get("orderProduct")))
    options = [option for product in products for option in _mappings(product.get("orderOption"))]
    numbers = [product.get("orderNo") for product in products]
    numbers += [option.get("orderOptionNo") for option in options]
    return frozenset(number for number in numbers if isinstance(number, int))


@forgetful
def bundle_of(body: Mapping[str, JsonValue]) -> int | None:
    """Return the bundle number of an order or claim, from the marketplace or from a file."""
    fact = body.get("fact")
    number = (fact if isinstance(fact, Mapping) else body).get("bundleNo")
    return number if isinstance(number, int) else None


@forgetful
def refers_to(body: Mapping[str, JsonValue], orders: frozenset[int], subject: ErasureSubject) -> bool:
    """Return whether a question, review or inquiry is about one of the orders, or has the telephone in it."""
    phone = normalised(subject.phone)
    numbers = (body.get("orderNo"), body.get("orderOptionNo"))
    # Inside a text nobody can tell the 82 of +82 from the digits around it.
    spellings = [phone, f"82{phone[1:]}"] if phone.startswith("0") else [phone] if phone else []
    return any(number in orders for number in numbers if isinstance(number, int)) or any(
        spelling in normalised(value) for value in _texts(body) for spelling in spellings
    )


def _texts(body: Mapping[str, JsonValue]) -> Iterable[str]:
    return (value for value in body.values() if isinstance(value, str))


def _mappings(value: JsonValue) -> Iterable[Mapping[str, JsonValue]]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()
