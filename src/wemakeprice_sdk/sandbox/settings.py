"""The settings of the contract's `x-sandbox-settings`, and the faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from threading import Lock
from typing import Any, Self, cast

from wemakeprice_sdk.sandbox.answers import SandboxError, require_operation
from wemakeprice_sdk.sandbox.arguments import require_arguments, require_form
from wemakeprice_sdk.sandbox.moments import earliest_start

FAULT_KINDS = (
    "html-500",
    "json-500",
    "503",
    "timeout",
    "drop-before-commit",
    "drop-after-commit",
    "quoted-code",
    "error-object",
)

LONGEST_TRANSIT = 3650
MOST_HOLIDAYS = 5000
LONGEST_HOLD = 3600.0
_CHOICES: dict[str, tuple[object, ...]] = {
    "error_mode": ("http", "envelope"),
    "strict_unknown_keys": (True, False),
    "missing_product": ("error", "null"),
    "empty_container": ("list", "null-list", "missing-key", "null-data"),
    "notice_default_key": ("defaltValue", "defaultValue", "both"),
    "ship_method_display": ("plain", "prefixed"),
    "prepaid_display": ("선결제", "선불"),
    "max_option_depth": (1, 2, 3, 4, 5),
    "seller_ship_shape": ("list", "object"),
    "free_condition_zero": ("refuse", "accept"),
    "unknown_values": ("filled", "null"),
    "settlement_names": ("newer", "older"),
    "blank_text": ("empty", "null"),
}


def _days(value: object) -> frozenset[str]:
    try:
        days = [
            day if isinstance(day, date) else date.fromisoformat(day) for day in cast("Iterable[Any]", value)
        ]
    except (ValueError, TypeError) as error:
        raise SandboxError("holidays is a list of yyyy-MM-dd") from error
    if len(days) > MOST_HOLIDAYS:
        raise SandboxError(f"holidays has at most {MOST_HOLIDAYS} days")
    return frozenset(day.isoformat()[:10] for day in days)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the sandbox answers where the contract knows several forms; the defaults are the contract's."""

    holidays: frozenset[str] = frozenset()
    error_mode: str = "http"
    strict_unknown_keys: bool = False
    missing_product: str = "error"
    empty_container: str = "list"
    notice_default_key: str = "defaltValue"
    ship_method_display: str = "plain"
    prepaid_display: str = "선결제"
    transit_days: int = 2
    max_option_depth: int = 5
    product_window: str | None = None
    seller_ship_shape: str = "list"
    free_condition_zero: str = "refuse"
    unknown_values: str = "filled"
    settlement_names: str = "newer"
    blank_text: str = "empty"

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed or isinstance(value, bool) is not isinstance(allowed[0], bool):
                raise SandboxError(f"{name} is one of {', '.join(map(str, allowed))}, not {value!r}")
        if type(self.transit_days) is not int or not 0 <= self.transit_days <= LONGEST_TRANSIT:
            raise SandboxError(f"transit_days is a number of days, 0 to {LONGEST_TRANSIT}")
        if self.product_window is not None:
            earliest_start("2024-01-01 00:00:00", self.product_window)
        _days(self.holidays)

    def changed(self, **changes: object) -> Settings:
        """Return a copy with some settings changed; raise `SandboxError` on an unknown name or value."""
        known = {item.name for item in fields(self)}
        if unknown := sorted(set(changes) - known):
            raise SandboxError(f"unknown setting: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        if "holidays" in changes:
            changes["holidays"] = _days(changes["holidays"])
        if "product_window" in changes:
            require_form("product_window", changes["product_window"], str | None)
        return replace(self, **cast("dict[str, Any]", changes))

    def as_json(self) -> dict[str, object]:
        """Return every setting as JSON."""
        values: dict[str, object] = asdict(self)
        values["holidays"] = sorted(self.holidays)
        return values


@dataclass(slots=True)
class Fault:
    """One injected fault: the next `count` calls of `operation` (`*` for any) fail in the way of `kind`.

    `count` None means always; `skip` lets that many calls through first. `timeout` holds the connection
    for `hold` seconds and closes it without an answer; it stores the write only with `commit`.
    `retry_after` is sent as the `Retry-After` header of a 503. `code` and `text` are those of
    `error-object`. Grades: C, except the page of `html-500` (B).
    """

    operation: str
    kind: str
    count: int | None = 1
    skip: int = 0
    hold: float = 30.0
    commit: bool = False
    retry_after: str | None = None
    code: int = 500
    text: str = "처리 중 오류가 발생했습니다."

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise SandboxError(f"kind is one of {', '.join(FAULT_KINDS)}, not {self.kind!r}")
        if self.count is not None and (type(self.count) is not int or self.count < 1):
            raise SandboxError("count is a number of calls, 1 or more, or null for always")
        if type(self.skip) is not int or self.skip < 0:
            raise SandboxError("skip is a number of calls, 0 or more")
        if not 0 <= self.hold <= LONGEST_HOLD:
            raise SandboxError(f"hold is a number of seconds, 0 to {LONGEST_HOLD:g}")
        if self.retry_after is not None and not (
            self.retry_after.isascii() and self.retry_after.isprintable()
        ):
            raise SandboxError("retry_after is the printable ASCII text of a header")
        if type(self.code) is not int or not 400 <= self.code <= 599:
            raise SandboxError("code is an HTTP status, 400 to 599")

    @classmethod
    def from_json(cls, row: Mapping[str, object]) -> Self:
        """Read a row of the contract's form (`operationId`, `count`, `kind`) or of this class."""
        named: dict[str, Any] = {"operation" if key == "operationId" else key: row[key] for key in row}
        try:
            require_arguments(cls, named)
        except SandboxError as error:
            raise SandboxError(f"not a fault: {error}") from None
        return cls(**named)


@dataclass(slots=True)
class Faults:
    """The faults waiting to happen, in the order they were added."""

    known: frozenset[str] = field(repr=False)
    _waiting: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(
        self,
        operation: str,
        kind: str,
        count: int | None = 1,
        *,
        skip: int = 0,
        hold: float = 30.0,
        commit: bool = False,
        retry_after: str | None = None,
    ) -> Fault:
        """Queue a fault; raise `SandboxError` on an unknown operation or kind."""
        fault = Fault(operation, kind, count, skip, hold, commit, retry_after)
        self.put(fault)
        return fault

    def put(self, fault: Fault) -> None:
        """Queue a fault that was built before."""
        with self._lock:
            self._waiting.append(self.checked(fault))

    def checked(self, fault: Fault) -> Fault:
        """Return the fault; raise `SandboxError` on an unknown operation."""
        if fault.operation != "*":
            require_operation(fault.operation, self.known)
        return fault

    def take(self, operation: str) -> Fault | None:
        """Return the fault that hits this call, and count it."""
        with self._lock:
            for fault in self._waiting:
                if fault.operation not in ("*", operation):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self._waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._waiting.clear()

    def __iter__(self) -> Iterator[Fault]:
        with self._lock:
            return iter(list(self._waiting))

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting)
