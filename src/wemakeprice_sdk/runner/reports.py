"""What a job returns: what was read, planned, done, refused, left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, Self, TypedDict

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.records import Intent, SaveCount
from wemakeprice_sdk.models import SkuMatchReport
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.policy.gates import ClosedGate
from wemakeprice_sdk.policy.plan import PlanStep, SyncPlan
from wemakeprice_sdk.runner.results import ActionResult, ActionState, Skipped
from wemakeprice_sdk.runner.verdicts import JobVerdict, VerdictReason, reasons_of


class Job(StrEnum):
    """The jobs of a runner."""

    COLLECT_ORDERS = "collect_orders"
    CONFIRM = "confirm"
    SHIP = "ship"
    CLAIMS = "claims"
    STOCK = "stock"
    WIND_DOWN = "wind_down"
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
    ERASE = "erase"
    ARCHIVE = "archive"
    IMPORT_SOURCE = "import_source"


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
class JobReport(Report):
    """What one run of a job did.

    `plan` is what the policy wanted (None when the job plans nothing), `results` what became of it.
    `collected` counts what was read, by record kind. `recovered` are intents of earlier runs that this run
    verified; `waiting` are those that still block their target (`unknown` ones wait for an operator).
    `unread` names what could not be read, with the error: it was passed over, and the next run tries again;
    `given_up` is what no run tries again. `faults` names single values that could not be read in what was:
    they count as absent. `gate` is the first closed gate when one kept the job from running.
    `link_problems` names what could not be kept or told about the state of the link. `sku_matches` says of an
    import which seller codes name one SKU for certain.
    In a dry run nothing was written, neither at the marketplace nor in the ledger.

    `verdict` says at a glance whether somebody is needed, `reasons` why and what to do next.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("verdict", "reasons")

    job: Job
    account: str
    started_at: datetime
    finished_at: datetime
    dry_run: bool = False
    skipped: Skipped | None = None
    detail: str = ""
    gate: ClosedGate | None = None
    stopped: bool = False
    plan: SyncPlan | None = None
    results: tuple[ActionResult, ...] = ()
    collected: Mapping[str, SaveCount] = field(factory=dict)
    recovered: tuple[Intent, ...] = ()
    waiting: tuple[Intent, ...] = ()
    unread: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    link_problems: tuple[str, ...] = ()
    sku_matches: SkuMatchReport = field(factory=SkuMatchReport)

    @property
    def counts(self) -> Mapping[ActionState, int]:
        """Number of results by state."""
        counted = Counter(result.state for result in self.results)
        return {state: counted[state] for state in ActionState if counted[state]}

    @property
    def reasons(self) -> tuple[VerdictReason, ...]:
        """Why the verdict is what it is, the worst first; those of `DONE` are only worth knowing."""
        return reasons_of(self)

    @property
    def verdict(self) -> JobVerdict:
        """Return what the report asks for: nothing, another start, an operator, or another setting."""
        return JobVerdict.worst(reason.verdict for reason in self.reasons)

    @property
    def ok(self) -> bool:
        """Return whether the job ran and nobody has to do anything: its verdict is `DONE`."""
        return self.skipped is None and self.verdict is JobVerdict.DONE

    @property
    def missing_won(self) -> int:
        """Won that were due and did not come; only a settlement report knows any."""
        return 0

    @property
    def undated_won(self) -> int:
        """Won that did not come and are due nobody knows when; only a settlement report knows any."""
        return 0

    @property
    def still_on_sale(self) -> Mapping[int, str]:
        """Products that a wind-down could not stop, with the reason; no other report knows any."""
        return {}

    def __str__(self) -> str:
        """Return the report in lines of text: in a dry run the whole plan, else what was held and why."""
        head = f"{self.job} of {self.account} at {self.started_at:%Y-%m-%d %H:%M:%S%z}"
        verdict = self.verdict
        lines = [f"{head}{' (dry run)' if self.dry_run else ''}: {verdict} ({verdict.korean})"]
        lines += [f"  {reason}" for reason in self.reasons]
        if self.skipped is not None:
            lines.append(f"  skipped: {self.skipped} {self.detail}".rstrip())
        lines += [
            f"  {kind}: {saved.new} new, {saved.changed} changed, {saved.same} same"
            for kind, saved in self.collected.items()
        ]
        if self.plan is not None:
            lines.append(f"  {self.plan}")
            lines += map(_plan_line, self._shown(self.plan))
        lines += [f"  {state}: {count}" for state, count in self.counts.items()]
        lines += [
            f"  waits: intent {intent.id} {intent.operation} {intent.target}" for intent in self.waiting
        ]
        lines += [f"  not read: {what}" for what in self.unread]
        lines += [f"  given up: {what}" for what in self.given_up]
        lines += [f"  link: {what}" for what in self.link_problems]
        lines += [f"  value not read: {what}" for what in self.faults]
        if self.sku_matches.matches:
            lines += [f"  SKU {line.strip()}" for line in str(self.sku_matches).splitlines()]
        return "\n".join(lines)

    def _shown(self, plan: SyncPlan) -> Iterator[PlanStep]:
        """Yield the whole plan in a dry run, else why something did not move."""
        return (
            step
            for step in plan.steps()
            if self.dry_run or step.state.startswith(("held", "blocked", "alarm"))
        )


class _Parts(TypedDict):
    job: Job
    account: str
    started_at: datetime
    finished_at: datetime
    dry_run: bool
    skipped: Skipped | None
    detail: str
    gate: ClosedGate | None
    stopped: bool
    plan: SyncPlan | None
    results: tuple[ActionResult, ...]
    collected: Mapping[str, SaveCount]
    recovered: tuple[Intent, ...]
    waiting: tuple[Intent, ...]
    unread: tuple[str, ...]
    given_up: tuple[str, ...]
    faults: tuple[str, ...]
    link_problems: tuple[str, ...]
    sku_matches: SkuMatchReport


def report_parts(report: JobReport) -> _Parts:
    """Return what every report holds, for one that holds more."""
    return _Parts(
        job=report.job,
        account=report.account,
        started_at=report.started_at,
        finished_at=report.finished_at,
        dry_run=report.dry_run,
        skipped=report.skipped,
        detail=report.detail,
        gate=report.gate,
        stopped=report.stopped,
        plan=report.plan,
        results=report.results,
        collected=report.collected,
        recovered=report.recovered,
        waiting=report.waiting,
        unread=report.unread,
        given_up=report.given_up,
        faults=report.faults,
        link_problems=report.link_problems,
        sku_matches=report.sku_matches,
    )


def _plan_line(step: PlanStep) -> str:
    change = f" {step.before} → {step.after}" if step.after else ""
    why = f"[{step.rule}] {step.reason} ({step.reason_ko})"
    return f"    {step.state}: {step.kind} {step.target}{change} {why}"


class WindDownResult(Protocol):
    """What a wind-down found out."""

    off_sale: set[int]
    already_off: set[int]
    on_sale: dict[int, str]
    deals: list[int]


@frozen(kw_only=True)
class WindDownReport(JobReport):
    """The report of `wind_down`: what was taken off sale and read again afterwards, and what was not.

    `off_sale` are the products that were stopped, `already_off` those that sold nothing any more or are gone.
    `on_sale` names what could not be stopped with the reason, `deals` what no call of the contract can end.
    Products registered before `since` that neither the ledger nor the given numbers know were never seen;
    windows that could not be read stand in `unread`.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("verdict", "reasons", "complete")

    since: datetime
    off_sale: tuple[int, ...] = ()
    already_off: tuple[int, ...] = ()
    on_sale: Mapping[int, str] = field(factory=dict)
    deals: tuple[int, ...] = ()

    @property
    def still_on_sale(self) -> Mapping[int, str]:
        """Products that could not be stopped, with the reason."""
        return self.on_sale

    @property
    def complete(self) -> bool:
        """Whether everything that was found is off sale, and every window from `since` on was read."""
        ran = self.skipped is None and not self.dry_run and not self.stopped
        return ran and not self.on_sale and not self.unread

    def __str__(self) -> str:
        """Return the report in lines of text, with what was found."""
        lines = [
            super().__str__(),
            f"  off sale: {len(self.off_sale)} stopped and read again, {len(self.already_off)} already off",
            f"  never read: what was registered before {self.since:%Y-%m-%d %H:%M} and nobody named",
        ]
        lines += [f"  on sale: product:{number}: {why}" for number, why in self.on_sale.items()]
        lines += [f"  cannot be ended by a call: deal:{number}" for number in self.deals]
        return "\n".join(lines)

    @classmethod
    def of(cls, report: JobReport, since: datetime, found: WindDownResult | None = None) -> Self:
        """Add what was found to a report."""
        made = cls(**report_parts(report), since=since)
        if found is None:
            return made
        return evolve(
            made,
            off_sale=tuple(sorted(found.off_sale)),
            already_off=tuple(sorted(found.already_off)),
            on_sale=dict(sorted(found.on_sale.items())),
            deals=tuple(found.deals),
        )
