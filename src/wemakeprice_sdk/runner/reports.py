"""What a job returns: what was read, planned, done, refused, left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Self, TypedDict

from attrs import evolve, field, frozen

from wemakeprice_sdk.ledger.records import Intent, SaveCount
from wemakeprice_sdk.policy.actions import ActionKind, Target
from wemakeprice_sdk.policy.plan import SyncPlan
from wemakeprice_sdk.policy.reconciliation import Reconciliation


class Job(StrEnum):
    """The jobs of a runner."""

    COLLECT_ORDERS = "collect_orders"
    CONFIRM = "confirm"
    SHIP = "ship"
    CLAIMS = "claims"
    STOCK = "stock"
    EXTEND_SALE_PERIODS = "extend_sale_periods"
    TEMPLATES = "templates"
    IMPORT_PRODUCTS = "import_products"
    IMPORT_DEALS = "import_deals"
    SETTLEMENT = "settlement"
    CS = "cs"
    TRACK = "track"
    RECOVER = "recover"
    RESET_TIME = "reset_time"
    RETENTION = "retention"
    ARCHIVE = "archive"


class ActionState(StrEnum):
    """What became of one planned action."""

    APPLIED = "applied"
    ALREADY_DONE = "already_done"
    REFUSED = "refused"
    NOT_APPLIED = "not_applied"
    OPEN = "open"
    """The answer was lost and could not be verified yet; the next run does."""
    UNKNOWN = "unknown"
    """No read can verify it; an operator decides."""
    BUSY = "busy"
    """Another intent on the target is open, or the effect is there already."""
    LEFT_OUT = "left_out"
    """Not tried: an action it depends on did not succeed, or the run was stopped."""


@frozen
class ActionResult:
    """One action and what became of it; `detail` is free of personal data."""

    key: str
    kind: ActionKind
    target: Target
    state: ActionState
    detail: str = ""


class Skipped(StrEnum):
    """Why a job did nothing at all."""

    LEASE_HELD = "lease-held"
    """Another worker has the account."""
    GATE_CLOSED = "gate-closed"
    """A switch of the account forbids it; the plan's `blocked` or `detail` names the gate."""
    MAINTENANCE = "maintenance"
    """The marketplace is away, and waiting was not wanted or would leave the window."""


@frozen
class JobProgress:
    """One step of a job: `done` of `total` (None when not known) in a `phase`."""

    job: Job
    phase: str
    done: int
    total: int | None


JobProgressCallback = Callable[[JobProgress], None]


class StopSwitch:
    """Asks a running job to stop cleanly before its next action; may be pressed from a signal handler."""

    def __init__(self) -> None:
        self._pressed = False

    def press(self) -> None:
        """Ask to stop."""
        self._pressed = True

    @property
    def pressed(self) -> bool:
        """Return whether someone asked."""
        return self._pressed


@frozen(kw_only=True)
class JobReport:
    """What one run of a job did.

    `plan` is what the policy wanted (None when the job plans nothing), `results` what became of it.
    `collected` counts what was read, by record kind. `recovered` are intents of earlier runs that this run
    verified; `waiting` are those that still block their target (`unknown` ones wait for an operator).
    `unread` names what could not be read, with the error: it was passed over, and the next run tries again.
    `faults` names single values that could not be read in what was: they count as absent.
    In a dry run nothing was written, neither at the marketplace nor in the ledger.
    """

    job: Job
    account: str
    started_at: datetime
    finished_at: datetime
    dry_run: bool = False
    skipped: Skipped | None = None
    detail: str = ""
    stopped: bool = False
    plan: SyncPlan | None = None
    results: tuple[ActionResult, ...] = ()
    collected: Mapping[str, SaveCount] = field(factory=dict)
    recovered: tuple[Intent, ...] = ()
    waiting: tuple[Intent, ...] = ()
    unread: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[ActionState, int]:
        """Number of results by state."""
        counted = Counter(result.state for result in self.results)
        return {state: counted[state] for state in ActionState if counted[state]}

    @property
    def ok(self) -> bool:
        """Return whether the job ran to its end and nothing was refused, lost or left open."""
        good = {ActionState.APPLIED, ActionState.ALREADY_DONE}
        return (
            self.skipped is None
            and not self.stopped
            and not self.waiting
            and not self.unread
            and all(result.state in good for result in self.results)
        )

    def __str__(self) -> str:
        """Return the report in lines of text: in a dry run the whole plan, else what was held and why."""
        head = f"{self.job} of {self.account} at {self.started_at:%Y-%m-%d %H:%M:%S%z}"
        lines = [head + (" (dry run)" if self.dry_run else "")]
        if self.skipped is not None:
            lines.append(f"  skipped: {self.skipped} {self.detail}".rstrip())
        lines += [
            f"  {kind}: {saved.new} new, {saved.changed} changed, {saved.same} same"
            for kind, saved in self.collected.items()
        ]
        if self.plan is not None:
            lines.append(f"  {self.plan}")
            lines += [_plan_line(row) for row in self._shown(self.plan)]
        lines += [f"  {state}: {count}" for state, count in self.counts.items()]
        lines += [
            f"  waits: intent {intent.id} {intent.operation} {intent.target}" for intent in self.waiting
        ]
        lines += [f"  not read: {what}" for what in self.unread]
        lines += [f"  value not read: {what}" for what in self.faults]
        return "\n".join(lines)

    def _shown(self, plan: SyncPlan) -> list[Mapping[str, str]]:
        """Return the whole plan in a dry run, else why something did not move."""
        if self.dry_run:
            return list(plan.to_rows())
        return [row for row in plan.to_rows() if row["state"] in ("held", "blocked", "alarm")]


class _Parts(TypedDict):
    job: Job
    account: str
    started_at: datetime
    finished_at: datetime
    dry_run: bool
    skipped: Skipped | None
    detail: str
    stopped: bool
    plan: SyncPlan | None
    results: tuple[ActionResult, ...]
    collected: Mapping[str, SaveCount]
    recovered: tuple[Intent, ...]
    waiting: tuple[Intent, ...]
    unread: tuple[str, ...]
    faults: tuple[str, ...]


def _parts(report: JobReport) -> _Parts:
    return _Parts(
        job=report.job,
        account=report.account,
        started_at=report.started_at,
        finished_at=report.finished_at,
        dry_run=report.dry_run,
        skipped=report.skipped,
        detail=report.detail,
        stopped=report.stopped,
        plan=report.plan,
        results=report.results,
        collected=report.collected,
        recovered=report.recovered,
        waiting=report.waiting,
        unread=report.unread,
        faults=report.faults,
    )


def _plan_line(row: Mapping[str, str]) -> str:
    change = f" {row['before']} → {row['after']}" if row["after"] else ""
    why = f"[{row['rule']}] {row['reason']} ({row['reason_ko']})"
    return f"    {row['state']}: {row['kind']} {row['target']}{change} {why}"


@frozen(kw_only=True)
class SettlementReport(JobReport):
    """The report of `settlement`, with the reconciliation.

    `incomplete` are the sales days of which a row could not be read: what the reconciliation says of them
    lacks that row's money. They are read again by the next run.
    """

    reconciliation: Reconciliation | None = None
    incomplete: tuple[date, ...] = ()

    @classmethod
    def of(
        cls, report: JobReport, reconciliation: Reconciliation | None, incomplete: Iterable[date] = ()
    ) -> Self:
        """Add the reconciliation to a report."""
        made = cls(**_parts(report))
        return evolve(made, reconciliation=reconciliation, incomplete=tuple(incomplete))


@frozen(kw_only=True)
class RetentionReport(JobReport):
    """The report of `retention`: masked and destroyed records by kind, and emptied payloads under `intent`.

    In a dry run the numbers that are due.
    """

    masked: Mapping[str, int] = field(factory=dict)
    destroyed: Mapping[str, int] = field(factory=dict)

    @classmethod
    def of(cls, report: JobReport, masked: Mapping[str, int], destroyed: Mapping[str, int]) -> Self:
        """Add the counts to a report."""
        made = cls(**_parts(report))
        return evolve(made, masked=masked, destroyed=destroyed)
