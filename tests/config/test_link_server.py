"""Approval against a real server on this machine, with the library's own client as the probe."""

import asyncio
from collections.abc import Iterator

import pytest

from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
from wemakeprice_sdk.config import WINSELLING, ChannelConfig, LinkOutcome, LinkState, OnboardingState, link
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(seed=1)
    sandbox.add_account(KEY, approved=False)
    return sandbox


@pytest.fixture
def config(sandbox: Sandbox) -> Iterator[ChannelConfig]:
    with SandboxServer(sandbox) as server:
        yield ChannelConfig(
            "shop1",
            "첫 가게",
            KEY,
            base_url=server.url,
            agency=WINSELLING,
            onboarding=OnboardingState.COMPLETE,
        )


def probe(config: ChannelConfig) -> None:
    with WemakepriceClient(config.api_key, base_url=config.base_url or "") as client:
        client.shipping_templates.list()


async def probe_async(config: ChannelConfig) -> None:
    async with AsyncWemakepriceClient(config.api_key, base_url=config.base_url or "") as client:
        await client.shipping_templates.list()


def test_from_a_refused_key_to_an_approved_one(sandbox: Sandbox, config: ChannelConfig) -> None:
    wrong = link.save(config.replace(api_key=KEY.replace("0", "f")), probe)
    assert wrong.link_state is LinkState.KEY_REJECTED

    right = link.save(wrong.replace(api_key=KEY), probe)
    assert right.link_state is LinkState.SAVED_UNAPPROVED, "which agency is chosen is not known"
    other = link.save(right.replace(selected_agency="다른 업체"), probe)
    assert other.link_state is LinkState.AGENCY_MISMATCH
    ours = other.replace(selected_agency="주식회사 윈윈소프트")
    assert link.save(ours, probe).link_state is LinkState.SAVED_UNAPPROVED

    sandbox.approve_key(KEY)
    approved = asyncio.run(link.resave_async(link.save(ours, probe), probe_async))
    assert approved.link_state is LinkState.APPROVED
    assert [attempt.outcome for attempt in approved.link.history] == [
        LinkOutcome.KEY_REJECTED,
        LinkOutcome.NOT_APPROVED,
        LinkOutcome.AGENCY_MISMATCH,
        LinkOutcome.APPROVED,
        LinkOutcome.APPROVED,
    ]
    assert {entry.actor for entry in sandbox.journal} == {"operator"}, "a probe only reads"


def test_a_server_that_is_gone(config: ChannelConfig) -> None:
    with SandboxServer(Sandbox(seed=2)) as gone:
        address = gone.url
    saved = link.save(config.replace(base_url=address), probe)
    assert saved.link_state is LinkState.SAVED_UNAPPROVED
    assert saved.link.last is not None
    assert saved.link.last.outcome is LinkOutcome.UNREACHABLE
