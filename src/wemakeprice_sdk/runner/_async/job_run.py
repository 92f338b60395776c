"""One run of one job at the marketplace: what it plans, how it acts, what it leaves open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping
from datetime import datetime
from typing import Self

from attrs import define, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client._async.client import AsyncWemakepriceClient
from wemakeprice_sdk.errors import (
    AuthenticationError,
    CallError,
    GateClosedError,
    LedgerCorruptError,
    NetworkError,
    NotAppliedError,
    OutcomeUnknownError,
    TargetBusyError,
    ValidationError,
)
from wemakeprice_sdk.ledger.records import Intent, IntentResult, IntentState
from wemakeprice_sdk.models import Product, SkuMatch, SkuMatchReport, WriteModel
from wemakeprice_sdk.models.known import Known
from wemakeprice_sdk.policy.actions import Action
from wemakeprice_sdk.policy.plan import SyncPlan, merge_plans
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext, AsyncLedgerRun, name_of
from wemakeprice_sdk.runner._async.verification import verify_intent
from wemakeprice_sdk.runner.intents import call_of, draft_of
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.runner.reports import JobReport
from wemakeprice_sdk.runner.results import ActionResult, ActionState
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.outcomes import Applied
from wemakeprice_sdk.wire.verification import plan_verification


@frozen(kw_only=True)
class AsyncJobContext(AsyncLedgerContext):
    """What a run at the marketplace needs besides, and does not own."""

    client: AsyncWemakepriceClient
    policy: SyncPolicy

    @classmethod
    def at(cls, known: AsyncLedgerContext, client: AsyncWemakepriceClient, policy: SyncPolicy) -> Self:
        """Return what is known of the ledger, with the marketplace."""
        return cls(
            account=known.account,
            config=known.config,
            ledger=known.ledger,
            clock=known.clock,
            settings=known.settings,
            sleep=known.sleep,
            monotonic=known.monotonic,
            offload=known.offload,
            client=client,
            policy=policy,
        )


_SILENT = 3
"""After so many writes in a row without an answer the marketplace counts as away. Each further one would be
one more to verify; with fewer, two answers lost by chance would end a long plan."""
_Local = Callable[[Action], Awaitable[None]]
_NOT_LOCAL: Mapping[type[Action], _Local] = {}


@define
class AsyncJobRun(AsyncLedgerRun[AsyncJobContext]):
    """One run at the marketplace: it plans, acts, and verifies what an earlier run left open."""

    plans: list[SyncPlan] = field(factory=list)
    results: list[ActionResult] = field(factory=list)
    recovered: list[Intent] = field(factory=list)
    template_nos: frozenset[int] | None = None
    sku_matches: list[SkuMatch] = field(factory=list)
    _last: IntentResult | None = None
    _silent: int = 0
    _unsent: set[str] = field(factory=set)

    @property
    def plan(self) -> SyncPlan | None:
        """All plans of this run as one, made at present of the first."""
        if not self.plans:
            return None
        made_at = self.plans[0].made_at
        rest = merge_plans([evolve(plan, made_at=made_at, actions=()) for plan in self.plans])
        # A dry run registers nothing, so what lies on the edge of two windows is planned in both.
        actions = {action.key: action for plan in self.plans for action in plan.actions}
        return evolve(rest, actions=tuple(actions.values()))

    async def report(self, started: datetime) -> JobReport:
        """Return what the run did."""
        report = await super().report(started)
        return evolve(
            report,
            plan=self.plan,
            results=tuple(self.results),
            recovered=tuple(self.recovered),
            sku_matches=SkuMatchReport(matches=tuple(self.sku_matches)),
        )

    async def recover(self) -> None:
        """Verify the intents that earlier runs left without an outcome, by the operation's verifying read."""
        ledger = self.context.ledger
        for intent in await ledger.active_intents(self.account, IntentState.OPEN):
            await self._wait_for_stray(intent)
            state, detail = await self._verify(intent)
            lease = await self.keep_lease()
            if state is IntentState.OPEN or lease is None:
                continue
            outcome = IntentResult(intent, state, f"verified: {detail}")
            closed = await ledger.finish(lease, outcome, self.now)
            self.recovered.append(closed)
            self.tell("recover", len(self.recovered))

    async def _wait_for_stray(self, intent: Intent) -> None:
        # The request of a killed worker may still be on its way to the marketplace.
        age = (self.now - intent.opened_at).total_seconds()
        left = self.context.settings.recovery_delay - max(age, 0.0)
        if left > 0:
            await self.context.sleep(left)

    async def _verify(self, intent: Intent) -> tuple[IntentState, str]:
        # One intent that cannot be verified now blocks its own target, never the account.
        try:
            what = call_of(intent)
            return await verify_intent(
                self.context.client, OPERATIONS[intent.operation], what.request, what.known
            )
        except (CallError, GateClosedError, LedgerCorruptError) as error:
            self.note_unread(intent.target, error)
            return IntentState.OPEN, ""

    async def act(self, plan: SyncPlan, local: Mapping[type[Action], _Local] = _NOT_LOCAL) -> None:
        """Carry the plan out, action by action: intent, act, outcome.

        `local` says what to do for actions that are no call. When the marketplace answered nothing several
        times in a row, the rest is left out: every further call would only be one more to verify.
        """
        self.plans.append(plan)
        if self.dry_run:
            return
        good: set[str] = set()
        self._silent = 0
        try:
            for index, action in enumerate(plan.actions):
                self.tell("act", index, len(plan.actions))
                obstacle = self._obstacle(action, good)
                if obstacle:
                    self._note_result(action, ActionState.LEFT_OUT, obstacle)
                    continue
                state = await self._act(action, local.get(type(action)))
                if state in (ActionState.APPLIED, ActionState.ALREADY_DONE):
                    good.add(action.key)
        finally:
            await self._finish_last()
        self.tell("act", len(plan.actions), len(plan.actions))

    def _obstacle(self, action: Action, good: Container[str]) -> str:
        if self.stop.pressed:
            return "stopped"
        if self._silent >= _SILENT:
            self._unsent.add(action.key)
            return "the marketplace does not answer"
        missing = next((key for key in action.depends_on if key not in good), "")
        return f"depends on {missing}" if missing else ""

    def _note_result(self, action: Action, state: ActionState, detail: str) -> ActionState:
        self.results.append(ActionResult(action.key, action.kind, action.target, state, detail))
        return state

    async def _act(self, action: Action, local: _Local | None) -> ActionState:
        try:
            if local is not None:
                await local(action)
                return self._note_result(action, ActionState.APPLIED, "")
            product = await self._fresh_product(action)
            read = Known(product_before=product, template_nos_before=self.template_nos)
            request, known = action.build(read)
            request.validate(self.context.client.input_limits)
        except TARGET_ERRORS as error:
            if concerns_all(error):
                raise
            return self._note_result(action, ActionState.NOT_APPLIED, name_of(error))
        except ValidationError as error:
            rules = ", ".join(f"{violation.path}: {violation.rule}" for violation in error.violations)
            return self._note_result(action, ActionState.REFUSED, rules)
        return await self._carry_out(action, request, known)

    async def _fresh_product(self, action: Action) -> Product | None:
        if action.product_to_read is None:
            return None
        await self._finish_last()
        return await self.context.client.products.get(action.product_to_read)

    async def _finish_last(self) -> None:
        """Write the outcome of the last act when no further intent follows to carry it."""
        outcome, lease = self._last, self.lease
        if outcome is not None and lease is not None:
            self._last = None
            await self.context.ledger.finish(lease, outcome, self.now)

    async def _carry_out(self, action: Action, request: WriteModel, known: Known) -> ActionState:
        lease = await self.keep_lease()
        if lease is None:
            raise RuntimeError("a dry run must not act")
        draft = draft_of(action, request, known)
        # A cancelled task does not stop the thread that writes, so what it writes is not written again.
        last, self._last = self._last, None
        try:
            intent = await self.context.ledger.begin(lease, draft, self.now, after=last)
        except TargetBusyError:
            self._last = last
            await self._finish_last()
            return self._note_result(action, ActionState.BUSY, "an intent on the target is open or done")
        state, detail, fatal = await self._send(action, request, known)
        if state is not IntentState.OPEN:
            self._last = IntentResult(intent, state, detail)
        if not _is_readable(action, request, known):
            await self._finish_last()
        self._note_result(action, ActionState(state.value), detail)
        if fatal is not None:
            raise fatal
        return ActionState(state.value)

    async def _send(
        self, action: Action, request: WriteModel, known: Known
    ) -> tuple[IntentState, str, Exception | None]:
        try:
            outcome = await self.context.client.request(action.operation, request, known)
        except OutcomeUnknownError:
            self._silent += 1
            readable = _is_readable(action, request, known)
            lost = IntentState.OPEN if readable else IntentState.UNKNOWN
            return lost, "answer lost", None
        except (NotAppliedError, NetworkError) as error:
            self._silent += 1
            self._unsent.add(action.key)
            return IntentState.NOT_APPLIED, name_of(error), None
        except (AuthenticationError, GateClosedError) as error:
            # Every further call would fail in the same way.
            return IntentState.NOT_APPLIED, name_of(error), error
        except CallError as error:
            self._silent = 0
            return IntentState.REFUSED, name_of(error), None
        self._silent = 0
        done = IntentState.APPLIED if isinstance(outcome, Applied) else IntentState.ALREADY_DONE
        return done, "", None

    def drop_unsent(self) -> bool:
        """Take back results that say only that the marketplace was away; return whether there were any."""
        gone, self._unsent = self._unsent, set()
        self.results = [row for row in self.results if row.key not in gone]
        return bool(gone)


def _is_readable(action: Action, request: WriteModel, known: Known) -> bool:
    return bool(plan_verification(OPERATIONS[action.operation], request, known).reads)
