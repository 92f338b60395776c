"""What an operator may set on a runner: leases, overlaps, delays."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, items_of
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import whole_number


def _require(problems: Problems, holds: bool, path: str, value: object, rule: str) -> None:
    problems.require(
        holds,
        path,
        str(value),
        rule,
        f"{path} breaks {rule}",
        f"규칙에 맞지 않는 값입니다. 규칙에 맞게 바꿔 주세요: {rule}",
    )


FactSource: TypeAlias = Literal["marketplace", "ledger"]
"""Where a job that can do either takes its facts from; never chosen for the caller, whatever is switched off
or does not answer."""


def from_source(source: FactSource, *, only: Mapping[FactSource, Mapping[str, object]]) -> FactSource:
    """Return the source; raise `ValidationError` for an unknown one, and for what is `only` for another."""
    problems, known = Problems(), get_args(FactSource)
    problems.require(
        source in known,
        "source",
        source,
        "one of " + ", ".join(known),
        "the facts come from the marketplace or from the ledger",
        "자료의 출처는 marketplace 또는 ledger 중에서 선택해 주세요",
    )
    for wanted, arguments in only.items():
        for name, value in arguments.items():
            problems.require(
                value is None or source not in known or source == wanted,
                name,
                value,
                f"only with source={wanted}",
                f"{name} means nothing with source={source}; leave it out",
                f"{name} 값은 출처가 다음과 같을 때만 사용할 수 있습니다: {wanted}. 값을 비워 주세요",
            )
    problems.raise_all("source", ValidationError)
    return source


def worker_name(token: str) -> str:
    """Return a name for a worker: machine, process and a token that tells workers of one process apart."""
    return f"{socket.gethostname()}:{os.getpid()}:{token}"


@frozen(kw_only=True)
class RunnerSettings:
    """How a runner behaves.

    `lease_ttl`: seconds a worker holds an account without a sign of life; it has to be longer than the
    longest call. `recovery_delay`: seconds an intent of a dead worker is left alone before it is verified,
    because its request may still be on its way. `overlap`: how far a collection reaches back behind its
    watermark; a pause is filled up however long it was. `backfill`: how far the very first one reaches back
    for what is closed already. `max_back`: how far lists are searched for what still waits (new orders, open
    claims), the first time and for records that stay open. `look_back_every`: how often the lists of what
    waits (and of questions and inquiries) are read again over the last day, and once a day over all of
    `max_back`, because a list may show a row long after its date. `clock_tolerance`: seconds a clock may go
    back before a job refuses to run. `max_wait`: the longest maintenance a dawn batch waits out.
    `patience`: seconds that a link store or a notifier may take before the job goes on without it.
    """

    lease_ttl: float = 120.0
    recovery_delay: float = 5.0
    overlap: timedelta = timedelta(minutes=10)
    backfill: timedelta = timedelta(days=3)
    max_back: timedelta = timedelta(days=30)
    look_back_every: timedelta = timedelta(hours=1)
    clock_tolerance: float = 300.0
    max_wait: timedelta = timedelta(hours=6)
    patience: float = 10.0

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        problems = Problems()
        _require(problems, 1 <= self.lease_ttl <= 3600, "lease_ttl", self.lease_ttl, "1..3600 s")
        _require(
            problems,
            0 <= self.recovery_delay < self.lease_ttl,
            "recovery_delay",
            self.recovery_delay,
            "0..lease_ttl s",
        )
        _require(
            problems, timedelta() <= self.overlap < timedelta(hours=12), "overlap", self.overlap, "0..12 h"
        )
        _require(
            problems, timedelta() < self.backfill <= self.max_back, "backfill", self.backfill, "0..max_back"
        )
        _require(
            problems,
            timedelta() <= self.look_back_every,
            "look_back_every",
            self.look_back_every,
            "0 or more",
        )
        _require(problems, self.clock_tolerance >= 0, "clock_tolerance", self.clock_tolerance, ">= 0 s")
        _require(problems, 0 < self.patience <= 600, "patience", self.patience, "0..600 s")
        problems.raise_all("RunnerSettings")


def checked_wind_down(
    config: ChannelConfig, since: datetime, now: datetime, products: Iterable[int]
) -> tuple[datetime, list[int]]:
    """Return since when to list, and which products to look at in any case; see `ChannelRunner.wind_down`."""
    first = require_aware(since, "since")
    given = [
        whole_number(number, f"products[{index}]")
        for index, number in enumerate(items_of("products", products))
    ]
    problems = Problems()
    problems.require(
        first <= now,
        "since",
        first.isoformat(),
        "not after now",
        "lies in the future, so that nothing would be listed",
        "미래의 시각이므로 조회할 상품이 없습니다. 지난 시각을 입력해 주세요",
    )
    problems.require(
        config.switches.wind_down,
        "switches.wind_down",
        "false",
        "true",
        "the configuration does not wind the account down, so that other jobs would resume what is stopped",
        "판매채널 정리 설정이 꺼져 있습니다. switches.wind_down을 켠 뒤 다시 실행해 주세요",
    )
    problems.raise_all("wind_down")
    return first, given
