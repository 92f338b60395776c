"""The sheet that the jobs of a plan write on: one gate for every action, whatever rule wants it."""

from __future__ import annotations

from datetime import datetime

from attrs import define, evolve, field

from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.policy.actions import Action, ActionKind, Reason, Target
from wemakeprice_sdk.policy.gates import Gatekeeper, LinkFlags
from wemakeprice_sdk.policy.plan import Alarm, Blocked, Held, PlanNote, SyncPlan, left_out

_OPEN_INTENT = Reason(
    "in-flight",
    "6.5",
    "an earlier attempt has no known outcome yet; it is verified before anything is repeated",
    "이전에 보낸 요청의 처리 결과를 먼저 조회하여 확인합니다",
)


@define
class PlanBuilder:
    """Collects what the jobs want and sorts it into done, held and blocked; lives for one plan only."""

    gates: Gatekeeper
    now: datetime
    in_flight: frozenset[str]
    actions: dict[str, Action] = field(factory=dict)
    _held: dict[str, Held] = field(factory=dict)
    _blocked: dict[tuple[ActionKind, str, Target | None], Blocked] = field(factory=dict)
    _alarms: dict[Alarm, None] = field(factory=dict)
    _notes: dict[PlanNote, None] = field(factory=dict)
    _of_bundle: dict[int, list[str]] = field(factory=dict)

    def is_open(self, kind: ActionKind, targets: int, *, by_operator: bool = False) -> bool:
        """Return whether the account's gates let `kind` through; note once what they keep back."""
        closed = self.gates.first_closed(kind, by_operator=by_operator)
        if closed is None:
            return True
        if targets:
            self._block(Blocked(kind, closed.gate, closed.reason, targets))
        return False

    def add(self, action: Action, *, flags: LinkFlags | None = None, by_operator: bool = False) -> bool:
        """Take an action unless a gate is closed or an earlier attempt open; return whether it was taken."""
        closed = self.gates.first_closed(
            action.kind, flags=flags, by_operator=by_operator, source=action.import_source
        )
        if closed is not None:
            self._block(Blocked(action.kind, closed.gate, closed.reason, 1, action.target))
            return False
        if action.key in self.in_flight:
            self.hold(action.kind, action.target, _OPEN_INTENT)
            return False
        missing = next((key for key in action.depends_on if key not in self.actions), None)
        if missing is not None:
            self.hold(action.kind, action.target, left_out(missing))
            return False
        if action.of_bundle is not None:
            earlier = self._of_bundle.setdefault(action.of_bundle, [])
            more = tuple(key for key in earlier if key not in action.depends_on)
            if more:
                action = evolve(action, depends_on=(*action.depends_on, *more))
            earlier.append(action.key)
        self.actions[action.key] = action
        return True

    def block(self, kind: ActionKind, target: Target, flags: LinkFlags) -> None:
        """Note that a per-link flag (or any gate before it) keeps back a change of one target."""
        closed = self.gates.first_closed(kind, flags=flags)
        if closed is not None:
            self._block(Blocked(kind, closed.gate, closed.reason, 1, target))

    def _block(self, blocked: Blocked) -> None:
        # The options of one product are blocked one by one, and said once.
        self._blocked.setdefault((blocked.kind, blocked.gate, blocked.target), blocked)

    def hold(
        self,
        kind: ActionKind,
        target: Target,
        reason: Reason,
        until: datetime | None = None,
        *,
        auto_approval_at: datetime | None = None,
        wrong_input: bool = False,
    ) -> None:
        """Note that an action has to wait; the first reason for one action stands."""
        held = Held(kind, target, reason, until, auto_approval_at, wrong_input)
        self._held.setdefault(f"{held.key}:{reason.code}", held)

    def alarm(
        self, target: Target, severity: IssueSeverity, reason: Reason, due: datetime | None = None
    ) -> None:
        """Note something an operator should look at, once."""
        self._alarms[Alarm(target, severity, reason, due)] = None

    def note(self, target: Target, reason: Reason) -> None:
        """Note something that changes nothing, once."""
        self._notes[PlanNote(target, reason)] = None

    def plan(self, seller_id: str) -> SyncPlan:
        """Return the finished plan."""
        return SyncPlan(
            seller_id=seller_id,
            made_at=self.now,
            actions=tuple(self.actions.values()),
            held=tuple(self._held.values()),
            blocked=tuple(self._blocked.values()),
            alarms=tuple(self._alarms),
            notes=tuple(self._notes),
        )
