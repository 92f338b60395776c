"""The state of the link while jobs run, kept up to date and told when it changes (규칙 1.4, 6.11)."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, cast

from attrs import define, field

from wemakeprice_sdk.client._async.client import AsyncWemakepriceClient
from wemakeprice_sdk.clock import Clock
from wemakeprice_sdk.config import (
    ChannelConfig,
    IssueNotifier,
    LinkOutcome,
    LinkState,
    LinkStore,
    notify_issue,
)
from wemakeprice_sdk.config.link import save
from wemakeprice_sdk.config.link_store import MemoryLinkStore
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.runner._offload import AsyncOffload
from wemakeprice_sdk.runner.link_notices import answered, issue_of, within

if TYPE_CHECKING:
    from wemakeprice_sdk.config.contacts import HasContacts

_NOTHING_LEARNED = (LinkOutcome.UNREACHABLE, LinkOutcome.UNCLEAR)


@define
class AsyncLinkWatch:
    """Asks with the cheapest read whether the key still works when a call was refused for it.

    One message per change, whatever the number of runs and workers that share the store. A store or notifier
    that fails, or takes longer than `patience` seconds, is named in `problems` and fails no job.
    """

    client: AsyncWemakepriceClient
    config: ChannelConfig
    store: LinkStore
    notifier: IssueNotifier | None
    clock: Clock
    logger: logging.Logger
    patience: float
    offload: AsyncOffload = field(factory=AsyncOffload)
    problems: list[str] = field(factory=list)
    _told: LinkState | None = None

    @classmethod
    def of(
        cls,
        client: AsyncWemakepriceClient,
        config: ChannelConfig,
        store: LinkStore | None,
        notifier: IssueNotifier | None,
        clock: Clock,
        logger: logging.Logger,
        patience: float,
    ) -> AsyncLinkWatch:
        """Return a watch; without a store the state lasts as long as the runner."""
        bare = client.with_options(gate=None)
        return cls(bare, config, store or MemoryLinkStore(), notifier, clock, logger, patience)

    async def current(self) -> ChannelConfig:
        """Return the configuration with the state the store knows; the configuration's own when it fails."""
        self.problems.clear()
        record, fault = await self.offload(within, self.patience, self.store.load, self.config.seller_id)
        if fault:
            self._note(f"link store: {fault}")
        return self.config if record is None else self.config.replace(link=record)

    async def look_again(self, known: ChannelConfig) -> ChannelConfig:
        """Ask again whether a link that was refused works by now; return what holds after that."""
        if known.link_state not in (LinkState.KEY_REJECTED, LinkState.SAVED_UNAPPROVED):
            return known
        if self.config.link_state is not LinkState.APPROVED:
            # An operator has not saved it yet; asking would be the first approval, which is theirs to start.
            return known
        return await self._ask(known)

    async def refused(self) -> ChannelConfig:
        """Ask whether the key is refused altogether: one operation alone may be forbidden."""
        return await self._ask(await self.current())

    async def _ask(self, known: ChannelConfig) -> ChannelConfig:
        failure: CallError | None = None
        try:
            await self.client.shipping_templates.list()
        except CallError as error:
            failure = error
        saved = save(known, partial(answered, failure), clock=self.clock)
        last = saved.link.last
        if last is None or last.outcome in _NOTHING_LEARNED or saved.link_state is known.link_state:
            return known
        newest, _ = await self.offload(within, self.patience, self.store.load, saved.seller_id)
        if saved.link_state in (self._told, None if newest is None else newest.state):
            # Another worker was quicker, or the store keeps nothing: it was told already.
            return saved
        self._told = saved.link_state
        _, fault = await self.offload(within, self.patience, self.store.save, saved.seller_id, saved.link)
        if fault:
            self._note(f"link store: {fault}")
        self.logger.warning("link of %s: %s → %s", saved.seller_id, known.link_state, saved.link_state)
        await self._tell(saved)
        return saved

    async def _tell(self, saved: ChannelConfig) -> None:
        if self.notifier is None:
            return
        # pyright does not see that attrs' converters leave the fields that the protocol names.
        people = cast("HasContacts", saved)
        told = partial(notify_issue, people, issue_of(saved), self.notifier)
        _, fault = await self.offload(within, self.patience, told)
        if fault:
            self._note(f"notifier: {fault}")

    def _note(self, problem: str) -> None:
        self.problems.append(problem)
        self.logger.error("link of %s: %s", self.config.seller_id, problem)
