"""Approval: which answer leads to which state, in sync and async programs alike."""

import asyncio
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.config import (
    WINSELLING,
    Agency,
    ChannelConfig,
    LinkOutcome,
    LinkState,
    OnboardingState,
    Switches,
    link,
)
from wemakeprice_sdk.config._link_record import HISTORY_LIMIT
from wemakeprice_sdk.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigError,
    MaintenanceError,
    NetworkError,
    NetworkTimeoutError,
    PermissionDeniedError,
    ProtocolError,
    ServerError,
)

KEY = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 3, 2, 9, tzinfo=KST)
READY = ChannelConfig("shop1", "가게", KEY, onboarding=OnboardingState.COMPLETE)
OURS = READY.replace(agency=WINSELLING, selected_agency="(주)윈윈소프트")

Save = Callable[[ChannelConfig, object], ChannelConfig]


class Probe:
    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: list[ChannelConfig] = []

    def __call__(self, config: ChannelConfig) -> int:
        self.asked.append(config)
        if self.failure is not None:
            raise self.failure
        return 1

    async def later(self, config: ChannelConfig) -> int:
        await asyncio.sleep(0)
        return self(config)


@pytest.fixture(params=["sync", "async"])
def save(request: pytest.FixtureRequest) -> Callable[[ChannelConfig, Probe], ChannelConfig]:
    clock = ManualClock(NOW)
    if request.param == "sync":
        return lambda config, probe: link.save(config, probe, clock=clock)
    return lambda config, probe: asyncio.run(link.save_async(config, probe.later, clock=clock))


@pytest.mark.parametrize(
    ("config", "failure", "outcome", "state", "asked"),
    [
        (READY, None, LinkOutcome.APPROVED, LinkState.APPROVED, 1),
        (OURS, None, LinkOutcome.APPROVED, LinkState.APPROVED, 1),
        (READY, AuthenticationError("x"), LinkOutcome.KEY_REJECTED, LinkState.KEY_REJECTED, 1),
        (OURS, AuthenticationError("x"), LinkOutcome.KEY_REJECTED, LinkState.KEY_REJECTED, 1),
        (READY, PermissionDeniedError("x"), LinkOutcome.NOT_APPROVED, LinkState.SAVED_UNAPPROVED, 1),
        (OURS, PermissionDeniedError("x"), LinkOutcome.NOT_APPROVED, LinkState.SAVED_UNAPPROVED, 1),
        (
            OURS.replace(selected_agency="다른 업체"),
            None,
            LinkOutcome.AGENCY_MISMATCH,
            LinkState.AGENCY_MISMATCH,
            0,
        ),
        (READY.replace(selected_agency="다른 업체"), None, LinkOutcome.APPROVED, LinkState.APPROVED, 1),
        (
            attrs.evolve(OURS, onboarding=OnboardingState.WAITING),
            None,
            LinkOutcome.NOT_ONBOARDED,
            LinkState.SAVED_UNAPPROVED,
            0,
        ),
        (READY, NetworkError("x"), LinkOutcome.UNREACHABLE, LinkState.SAVED_UNAPPROVED, 1),
        (READY, NetworkTimeoutError("x"), LinkOutcome.UNREACHABLE, LinkState.SAVED_UNAPPROVED, 1),
        (READY, MaintenanceError("x"), LinkOutcome.UNREACHABLE, LinkState.SAVED_UNAPPROVED, 1),
        (READY, ProtocolError("x"), LinkOutcome.UNCLEAR, LinkState.SAVED_UNAPPROVED, 1),
        (READY, BadRequestError("x"), LinkOutcome.UNCLEAR, LinkState.SAVED_UNAPPROVED, 1),
    ],
)
def test_every_answer_has_its_state(
    save: Callable[[ChannelConfig, Probe], ChannelConfig],
    config: ChannelConfig,
    failure: Exception | None,
    outcome: LinkOutcome,
    state: LinkState,
    asked: int,
) -> None:
    probe = Probe(failure)
    saved = save(config, probe)
    assert saved.link_state is state
    assert saved.link.attempts == 1
    assert saved.link.last is not None
    assert (saved.link.last.at, saved.link.last.outcome) == (NOW, outcome)
    assert saved.link.approved_at == (NOW if outcome is LinkOutcome.APPROVED else None)
    assert len(probe.asked) == asked
    assert saved.replace(link=config.link) == config, "nothing but the link changes"


@pytest.mark.parametrize("failure", [NetworkError("x"), ServerError("x"), ProtocolError("x")])
def test_an_outage_does_not_undo_an_approval(failure: Exception) -> None:
    clock = ManualClock(NOW)
    approved = link.save(READY, Probe(), clock=clock)
    clock.advance(timedelta(days=1))
    after = link.resave(approved, Probe(failure), clock=clock)
    assert after.link_state is LinkState.APPROVED
    assert after.link.approved_at == NOW
    assert after.link.attempts == 2
    moved = approved.replace(api_key=KEY.replace("0", "f"))
    assert link.save(moved, Probe(failure), clock=clock).link_state is LinkState.SAVED_UNAPPROVED


def test_a_refusal_does_undo_an_approval() -> None:
    approved = link.save(READY, Probe(), clock=ManualClock(NOW))
    assert link.resave(approved, Probe(AuthenticationError("x"))).link_state is LinkState.KEY_REJECTED


def test_saving_again_until_it_is_approved() -> None:
    clock = ManualClock(NOW)
    config = link.save(READY, Probe(PermissionDeniedError("x")), clock=clock)
    for _ in range(2):
        clock.advance(timedelta(hours=1))
        config = link.resave(config, Probe(), clock=clock)
    assert config.link_state is LinkState.APPROVED
    assert config.link.attempts == 3
    assert config.link.approved_at == NOW + timedelta(hours=2)
    assert [attempt.outcome for attempt in config.link.history] == [
        LinkOutcome.NOT_APPROVED,
        LinkOutcome.APPROVED,
        LinkOutcome.APPROVED,
    ]


def test_a_draft_cannot_be_saved_again() -> None:
    probe = Probe()
    with pytest.raises(ConfigError, match="save it first"):
        link.resave(READY, probe)
    with pytest.raises(ConfigError, match="save it first"):
        asyncio.run(link.resave_async(READY, probe.later))
    assert probe.asked == []
    saved = asyncio.run(link.save_async(READY, probe.later))
    assert asyncio.run(link.resave_async(saved, probe.later)).link.attempts == 2


def test_without_a_key_there_is_nothing_to_ask() -> None:
    probe = Probe()
    with pytest.raises(ConfigError) as error:
        link.save(ChannelConfig("shop1", "가게", onboarding=OnboardingState.COMPLETE), probe)
    assert error.value.violations[0].path == "api_key"
    assert probe.asked == []


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError):
        link.save(READY, Probe(ZeroDivisionError()))


def test_an_attempt_keeps_no_text_of_the_answer() -> None:
    failure = AuthenticationError(
        f"key {KEY}", operation="getCourier", path=f"/{KEY}", http_status=401, result_code=401, text=KEY
    )
    saved = link.save(READY, Probe(failure))
    assert saved.link.last is not None
    assert saved.link.last.detail == "AuthenticationError http=401 resultCode=401"
    assert KEY not in repr(saved)
    assert KEY.encode() not in pickle.dumps(saved)


class SavingMachine(RuleBasedStateMachine):
    """Any order of saves and changes: attempts are never lost, and only an answer approves."""

    def __init__(self) -> None:
        super().__init__()
        self.config = OURS
        self.clock = ManualClock(NOW)
        self.attempts = 0
        self.answered = False

    @rule(
        failure=st.sampled_from(
            [None, AuthenticationError, PermissionDeniedError, NetworkError, ProtocolError]
        )
    )
    def save(self, failure: type[Exception] | None) -> None:
        self.clock.advance(timedelta(minutes=1))
        self.config = link.save(self.config, Probe(failure("x") if failure else None), clock=self.clock)
        self.attempts += 1
        if failure is None:
            self.answered = True
        elif issubclass(failure, AuthenticationError):
            self.answered = False

    @rule(key=st.sampled_from([KEY, KEY.replace("0", "f")]))
    def change_key(self, key: str) -> None:
        self.answered &= key == self.config.api_key.reveal()
        self.config = self.config.replace(api_key=key)

    @rule(on=st.booleans())
    def change_switches(self, on: bool) -> None:
        self.config = self.config.replace(switches=Switches(master=on))

    @rule(name=st.sampled_from(["윈셀링", "다른 업체"]))
    def change_choice(self, name: str) -> None:
        self.answered &= name == self.config.selected_agency
        self.config = self.config.replace(selected_agency=name)
        if not Agency.matches(WINSELLING, name):
            self.config = link.save(self.config, Probe(), clock=self.clock)
            self.attempts += 1
            assert self.config.link_state is LinkState.AGENCY_MISMATCH
            self.config = self.config.replace(selected_agency="윈셀링")

    @invariant()
    def counts_hold(self) -> None:
        record = self.config.link
        assert record.attempts == self.attempts
        assert len(record.history) == min(self.attempts, HISTORY_LIMIT)
        assert [attempt.at for attempt in record.history] == sorted(attempt.at for attempt in record.history)
        assert (record.state is LinkState.APPROVED) == self.answered


TestSavingMachine = SavingMachine.TestCase
TestSavingMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
