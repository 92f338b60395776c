"""The plan: what to do, what is held or blocked and why, and what an operator should look at.

A plan is immutable and says nothing about people: no names, phones or addresses stand in it, so its rows,
JSON and HTML may be logged and mailed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from attrs import asdict, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import korean_minute
from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.errors import BlastRadiusError, PolicyError
from wemakeprice_sdk.models._flat import Lists
from wemakeprice_sdk.models.tables import Report, ReportTable, counted, table_of
from wemakeprice_sdk.policy.actions import Action, ActionKind, Reason, Target

__all__ = [
    "Alarm",
    "Blocked",
    "Held",
    "IssueSeverity",
    "PlanDiff",
    "PlanNote",
    "PlanStep",
    "Radius",
    "SyncPlan",
    "merge_plans",
]


@frozen
class Held:
    """Something that would be done, but has to wait for data, an operator or a time (보류).

    `until` is the timestamp it may go on or be decided, aware, when there is one. `auto_approval_at` is when
    the marketplace approves a cancel request by itself, None for anything else and when it is not known
    (rule 6.6, grade B). `wrong_input` says that what the seller gave breaks a rule: no later run can send it
    before somebody corrects it.
    """

    kind: ActionKind
    target: Target
    reason: Reason
    until: datetime | None = None
    auto_approval_at: datetime | None = None
    wrong_input: bool = False

    @property
    def key(self) -> str:
        """The key of the action that is held."""
        return f"{self.kind}:{self.target.id}"


@frozen
class Blocked:
    """Work that a gate forbids (차단): `gate` is the first closed one.

    `targets` counts what would have been looked at; `target` is set when one per-link flag blocks one thing.
    """

    kind: ActionKind
    gate: str
    reason: Reason
    targets: int = 1
    target: Target | None = None


@frozen
class Alarm:
    """Something an operator should look at (알림), with its due time (KST)."""

    target: Target
    severity: IssueSeverity
    reason: Reason
    due: datetime | None = None


@frozen
class PlanNote:
    """Something worth knowing that changes nothing, such as a clamped stock."""

    target: Target
    reason: Reason


@frozen(kw_only=True)
class PlanStep:
    """One line of a plan: an action to do, or what is held, blocked, alarming or noted (`state`).

    `due` is when it is decided without us or has to be done by, None when nothing says.
    """

    state: str
    kind: str
    target: str
    before: str
    after: str
    rule: str
    code: str
    reason: str
    reason_ko: str
    depends_on: str
    due: datetime | None


@frozen
class Radius:
    """How much a plan touches: targets by kind of action, and products reached through templates."""

    by_kind: Mapping[ActionKind, int]
    products: int

    @property
    def targets(self) -> int:
        """All targets together."""
        return sum(self.by_kind.values())

    def __str__(self) -> str:
        """Return one line."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.by_kind.items()) or "nothing"
        return f"{self.targets} target(s): {kinds}; {self.products} product(s) reached"


@frozen
class PlanDiff(Report):
    """What changed between an earlier plan and this one."""

    added: tuple[Action, ...]
    removed: tuple[Action, ...]
    changed: tuple[tuple[Action, Action], ...]
    kept: int

    @property
    def is_empty(self) -> bool:
        """Return whether both plans want the same."""
        return not (self.added or self.removed or self.changed)


def _checked(_: object, __: object, actions: tuple[Action, ...]) -> None:
    seen: set[str] = set()
    for action in actions:
        key = action.key
        if key in seen:
            raise PolicyError(f"action {key} stands twice in one plan")
        for needed in action.depends_on:
            if needed not in seen:
                raise PolicyError(f"action {key} depends on {needed}, which does not stand before it")
        seen.add(key)


@frozen(kw_only=True)
class SyncPlan(Report):
    """An ordered list of actions with everything that was held, blocked or worth an alarm.

    `made_at` is the time it was made for. Making a plan whose actions repeat a key, or depend on one that
    does not come before, raises `PolicyError`.
    """

    LISTS: ClassVar[Lists] = "count"
    MAIN: ClassVar[str] = "steps"

    seller_id: str
    made_at: datetime
    actions: tuple[Action, ...] = field(default=(), validator=_checked, repr=counted)
    held: tuple[Held, ...] = field(default=(), repr=counted)
    blocked: tuple[Blocked, ...] = field(default=(), repr=counted)
    alarms: tuple[Alarm, ...] = field(default=(), repr=counted)
    notes: tuple[PlanNote, ...] = field(default=(), repr=counted)

    def __iter__(self) -> Iterator[Action]:
        """Go through the actions in order."""
        return iter(self.actions)

    def __len__(self) -> int:
        """Count the actions."""
        return len(self.actions)

    def __bool__(self) -> bool:
        """Return whether there is something to do."""
        return bool(self.actions)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to do; things may still be held or blocked."""
        return not self.actions

    @property
    def counts(self) -> Mapping[ActionKind, int]:
        """Number of actions by kind, in the order of `ActionKind`."""
        counted = Counter(action.kind for action in self.actions)
        return {kind: counted[kind] for kind in ActionKind if counted[kind]}

    def find(self, key: str) -> Action | None:
        """Return the action with that key, or None."""
        return next((action for action in self.actions if action.key == key), None)

    def filter(
        self,
        *,
        kinds: Iterable[ActionKind] | None = None,
        targets: Iterable[Target] | None = None,
        where: Callable[[Action], bool] | None = None,
    ) -> SyncPlan:
        """Keep the actions that pass every given test.

        An action whose dependency is dropped is not left dangling: it becomes held with
        `dependency-left-out`.
        """
        wanted_kinds = None if kinds is None else frozenset(kinds)
        for kind in wanted_kinds or ():
            check_kind("kinds", kind, ActionKind)
        wanted_targets = None if targets is None else frozenset(targets)

        def passes(action: Action) -> bool:
            return (
                (wanted_kinds is None or action.kind in wanted_kinds)
                and (wanted_targets is None or action.target in wanted_targets)
                and (where is None or where(action))
            )

        return self._keep(passes)

    def limit(self, count: int) -> SyncPlan:
        """Keep the first `count` actions; dependencies always come before, so none is cut."""
        if count < 0:
            raise ValueError("count must not be negative")
        return evolve(self, actions=self.actions[:count])

    def _keep(self, passes: Callable[[Action], bool]) -> SyncPlan:
        kept: dict[str, Action] = {}
        left: list[Held] = []
        for action in self.actions:
            if not passes(action):
                continue
            missing = next((key for key in action.depends_on if key not in kept), None)
            if missing is None:
                kept[action.key] = action
            else:
                left.append(Held(action.kind, action.target, left_out(missing)))
        return evolve(self, actions=tuple(kept.values()), held=(*self.held, *left))

    def diff(self, earlier: SyncPlan) -> PlanDiff:
        """Compare with an earlier plan, action by action; a reason or order of its own is no change."""
        check_kind("earlier", earlier, SyncPlan)
        old = {action.key: action for action in earlier.actions}
        new = {action.key: action for action in self.actions}
        both = [key for key in new if key in old]
        changed = [(old[key], new[key]) for key in both if old[key].fingerprint != new[key].fingerprint]
        return PlanDiff(
            added=tuple(action for key, action in new.items() if key not in old),
            removed=tuple(action for key, action in old.items() if key not in new),
            changed=tuple(changed),
            kept=len(both) - len(changed),
        )

    @property
    def radius(self) -> Radius:
        """How much the plan touches; a template change reaches every product linked to it."""
        products = {number for action in self.actions for number in action.reached_products}
        return Radius(self.counts, len(products))

    def require_radius(self, limit: int | Mapping[ActionKind, int]) -> SyncPlan:
        """Return the plan back when it stays within `limit`; raise `BlastRadiusError` otherwise.

        A number limits targets and reached products, each; a mapping limits kinds of actions one by one.
        """
        radius = self.radius
        if isinstance(limit, int):
            over = radius.targets > limit or radius.products > limit
        else:
            over = any(radius.by_kind.get(kind, 0) > most for kind, most in limit.items())
        if over:
            raise BlastRadiusError(f"the plan is larger than the limit {_limit_text(limit)}: {radius}")
        return self

    def steps(self) -> Iterator[PlanStep]:
        """Yield one step per action, held, blocked, alarm and note; `to_rows` gives them as rows."""
        yield from (_step("do", one.kind, one.target, one.reason, one) for one in self.actions)
        yield from map(_held_step, self.held)
        yield from map(_blocked_step, self.blocked)
        for alarm in self.alarms:
            yield _step(f"alarm-{alarm.severity}", "", alarm.target, alarm.reason, due=alarm.due)
        for note in self.notes:
            yield _step("note", "", note.target, note.reason)

    def _tables(self) -> dict[str, ReportTable[object]]:
        count = sum(map(len, (self.actions, self.held, self.blocked, self.alarms, self.notes)))
        return {self.MAIN: table_of(self, self.MAIN, PlanStep, self.steps, count)}

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the plan as JSON text (UTF-8, Korean kept readable)."""
        document = {
            "seller_id": self.seller_id,
            "made_at": self.made_at.isoformat(),
            "counts": {str(kind): count for kind, count in self.counts.items()},
            "rows": [
                asdict(step) | {"due": step.due.isoformat() if step.due else ""} for step in self.steps()
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=indent)

    def __str__(self) -> str:
        """Return one line: how much is to do, held, blocked and alarming."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.counts.items()) or "nothing to do"
        return (
            f"plan for {self.seller_id} at {self.made_at:%Y-%m-%d %H:%M:%S%z}: {kinds}; "
            f"{len(self.held)} held, {len(self.blocked)} blocked, {len(self.alarms)} alarm(s)"
        )


def merge_plans(plans: Sequence[SyncPlan]) -> SyncPlan:
    """Put plans for the same account and timestamp one after the other; raise `PolicyError` otherwise."""
    if not plans:
        raise PolicyError("no plan to merge")
    for plan in plans:
        check_kind("plans", plan, SyncPlan)
    first = plans[0]
    for plan in plans[1:]:
        if (plan.seller_id, plan.made_at) != (first.seller_id, first.made_at):
            raise PolicyError(f"plans of another account or timestamp cannot be merged: {first} / {plan}")
    return SyncPlan(
        seller_id=first.seller_id,
        made_at=first.made_at,
        actions=tuple(action for plan in plans for action in plan.actions),
        held=tuple(held for plan in plans for held in plan.held),
        blocked=tuple(blocked for plan in plans for blocked in plan.blocked),
        alarms=tuple(alarm for plan in plans for alarm in plan.alarms),
        notes=tuple(note for plan in plans for note in plan.notes),
    )


def left_out(missing: str) -> Reason:
    """Return the reason to hold an action whose dependency is not in the plan."""
    return Reason(
        "dependency-left-out",
        "3.8",
        f"the action depends on {missing}, which was left out",
        "먼저 처리해야 할 작업이 제외되어 함께 보류합니다. 제외한 작업을 다시 선택해 주세요",
    )


def _limit_text(limit: int | Mapping[ActionKind, int]) -> str:
    if isinstance(limit, int):
        return str(limit)
    return ", ".join(f"{kind} {count}" for kind, count in limit.items())


def _step(
    state: str,
    kind: ActionKind | str,
    target: Target | str,
    reason: Reason,
    action: Action | None = None,
    *,
    due: datetime | None = None,
) -> PlanStep:
    return PlanStep(
        state=state,
        kind=kind,
        target=str(target),
        before=action.before if action else "",
        after=action.after if action else "",
        rule=reason.rule,
        code=reason.code,
        reason=reason.text,
        reason_ko=reason.text_ko,
        depends_on=" ".join(action.depends_on) if action else "",
        due=due,
    )


def _held_step(held: Held) -> PlanStep:
    """A hold says when it ends; one of a cancel request says when the marketplace ends it."""
    step = _step("held", held.kind, held.target, held.reason, due=held.auto_approval_at or held.until)
    if held.auto_approval_at is None:
        return step
    at = korean_minute(held.auto_approval_at)
    return evolve(
        step,
        reason=f"{step.reason}; the marketplace approves it by itself at {at} (KST)",
        reason_ko=f"{step.reason_ko}. 처리하지 않으면 {at}에 자동 승인됩니다",
    )


def _blocked_step(blocked: Blocked) -> PlanStep:
    target = blocked.target or f"{blocked.targets} target(s)"
    return evolve(_step("blocked", blocked.kind, target, blocked.reason), code=blocked.gate)
