"""One call at a time with a gap, in order of arrival, and no permit is ever lost."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from client_kit import KEY, Driver
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.client import AsyncWemakepriceClient, ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.client._async.throttle import AsyncThrottle
from wemakeprice_sdk.client._event_loop import AsyncTurnstile
from wemakeprice_sdk.client._threads import Turnstile
from wemakeprice_sdk.client.throttle import Pace
from wemakeprice_sdk.errors import AuthenticationError, ConfigError
from wemakeprice_sdk.sandbox import Sandbox


class Crowd:
    """Counts how many requests are on the way at once."""

    def __init__(self, hold: float = 0.005) -> None:
        self.now = self.most = self.total = 0
        self.hold = hold
        self._lock = threading.Lock()

    def _enter(self) -> None:
        with self._lock:
            self.now += 1
            self.total += 1
            self.most = max(self.most, self.now)

    def _leave(self) -> httpx.Response:
        with self._lock:
            self.now -= 1
        return httpx.Response(200, json={"resultCode": 200, "data": [], "error": None})

    def wait(self, request: httpx.Request) -> httpx.Response:
        self._enter()
        time.sleep(self.hold)
        return self._leave()

    async def later(self, request: httpx.Request) -> httpx.Response:
        self._enter()
        await asyncio.sleep(self.hold)
        return self._leave()


@pytest.mark.parametrize(("permits", "most"), [(1, 1), (3, 3)])
def test_threads_share_a_client_and_its_throttle(permits: int, most: int) -> None:
    crowd = Crowd()
    inner = httpx.Client(transport=httpx.MockTransport(crowd.wait))
    client = WemakepriceClient(
        KEY,
        base_url="http://sandbox.invalid",
        http_client=inner,
        throttle=ThrottlePolicy(max_concurrent=permits, min_gap=0),
    )
    threads = [threading.Thread(target=client.reference.list_labels) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (crowd.most, crowd.total) == (most, 12)


@pytest.mark.parametrize(("permits", "most"), [(1, 1), (3, 3)])
def test_tasks_share_a_client_and_its_throttle(permits: int, most: int) -> None:
    crowd = Crowd()

    async def run() -> None:
        inner = httpx.AsyncClient(transport=httpx.MockTransport(crowd.later))
        client = AsyncWemakepriceClient(
            KEY,
            base_url="http://sandbox.invalid",
            http_client=inner,
            throttle=ThrottlePolicy(max_concurrent=permits, min_gap=0),
        )
        await asyncio.gather(*(client.reference.list_labels() for _ in range(12)))

    asyncio.run(run())
    assert (crowd.most, crowd.total) == (most, 12)


def test_the_gap_runs_from_the_end_of_the_last_call(go: Driver) -> None:
    ticks = iter([float(number) for number in range(1000)])
    client = go.client(throttle=ThrottlePolicy(min_gap=10), monotonic=lambda: next(ticks))
    go(client.reference.list_labels())
    assert go.naps.taken == []
    go(client.reference.list_labels())
    (nap,) = go.naps.taken
    assert 3 < nap < 10


def test_clones_stand_in_the_same_queue(go: Driver) -> None:
    client = go.client(throttle=ThrottlePolicy(min_gap=100))
    go(client.reference.list_labels())
    go(client.with_options(repeat_if_not_applied=True).reference.list_labels())
    assert len(go.naps.taken) == 1


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=30),
    st.floats(0, 20),
)
def test_no_call_starts_within_the_gap_of_another_start_or_end(
    calls: list[tuple[float, float]], gap: float
) -> None:
    pace, now, last = Pace(gap), 0.0, float("-inf")
    for idle, busy in calls:
        now += idle
        start = now + pace.book(now)
        assert start - last >= gap - 1e-6
        now = start + busy
        pace.ended(now)
        last = now


def test_tasks_are_served_in_order_of_arrival() -> None:
    async def run() -> list[int]:
        turnstile, order = AsyncTurnstile(1), list[int]()

        async def take(number: int) -> None:
            await turnstile.acquire()
            order.append(number)
            await asyncio.sleep(0)
            turnstile.release()

        await asyncio.gather(*(take(number) for number in range(10)))
        return order

    assert asyncio.run(run()) == list(range(10))


def test_threads_are_served_in_order_of_arrival() -> None:
    turnstile, order, threads = Turnstile(1), list[int](), list[threading.Thread]()
    turnstile.acquire()

    def take(number: int) -> None:
        turnstile.acquire()
        order.append(number)
        turnstile.release()

    for number in range(8):
        threads.append(threading.Thread(target=take, args=(number,)))
        threads[-1].start()
        while len(turnstile._waiters) <= number:
            time.sleep(0.0005)
    turnstile.release()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_a_cancelled_waiter_loses_no_permit() -> None:
    async def run() -> None:
        turnstile = AsyncTurnstile(1)
        await turnstile.acquire()
        waiting = [asyncio.create_task(turnstile.acquire()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        turnstile.release()
        # The permit was just handed to the second one: cancel it in the same timestamp.
        waiting[1].cancel()
        await asyncio.wait_for(waiting[2], 1)
        for task in waiting[:2]:
            with pytest.raises(asyncio.CancelledError):
                await task
        turnstile.release()
        await asyncio.wait_for(turnstile.acquire(), 1)

    asyncio.run(run())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["start", "cancel", "finish", "spin"]), max_size=40), st.integers(1, 3))
def test_whatever_is_cancelled_no_permit_is_lost_or_made(steps: list[str], permits: int) -> None:
    async def run() -> None:
        turnstile = AsyncTurnstile(permits)
        inside = 0
        tasks: list[asyncio.Task[None]] = []

        async def hold(done: asyncio.Event) -> None:
            nonlocal inside
            await turnstile.acquire()
            inside += 1
            assert inside <= permits
            try:
                await done.wait()
            finally:
                inside -= 1
                turnstile.release()

        doors: list[asyncio.Event] = []
        for step in steps:
            if step == "start":
                doors.append(asyncio.Event())
                tasks.append(asyncio.create_task(hold(doors[-1])))
            elif step == "cancel" and tasks:
                tasks[len(tasks) // 2].cancel()
            elif step == "finish" and doors:
                doors[0].set()
            else:
                await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(end is None or type(end) is asyncio.CancelledError for end in ends)
        for _ in range(permits):
            await asyncio.wait_for(turnstile.acquire(), 1)
        assert turnstile._free == 0

    asyncio.run(run())


def test_a_call_that_is_cancelled_while_it_waits_for_the_gap_gives_its_permit_back() -> None:
    async def run() -> None:
        naps = 0

        async def sleep(seconds: float) -> None:
            nonlocal naps
            naps += 1
            await asyncio.sleep(30 if naps == 1 else 0)

        throttle = AsyncThrottle(ThrottlePolicy(min_gap=1), 10, lambda: 0.0, sleep)

        async def use() -> None:
            await throttle.acquire(lambda: None)
            throttle.release()

        await use()

        task = asyncio.create_task(use())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.wait_for(use(), 1)

    asyncio.run(run())


def test_a_failed_call_gives_its_permit_back(go: Driver, sandbox: Sandbox) -> None:
    client = go.client(api_key="unknown")
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            go(client.reference.list_labels())


def test_a_cancelled_call_gives_its_permit_back() -> None:
    crowd = Crowd(hold=30)

    async def run() -> None:
        inner = httpx.AsyncClient(transport=httpx.MockTransport(crowd.later))
        client = AsyncWemakepriceClient(KEY, base_url="http://sandbox.invalid", http_client=inner)
        task = asyncio.create_task(client.reference.list_labels())
        while not crowd.now:  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        crowd.hold = 0
        await asyncio.wait_for(client.reference.list_labels(), 1)

    asyncio.run(run())


@pytest.mark.parametrize("wrong", [{"max_concurrent": 0}, {"min_gap": -1}, {"min_gap": float("inf")}])
def test_an_impossible_throttle_is_refused(wrong: dict[str, Any]) -> None:
    build: Callable[..., ThrottlePolicy] = ThrottlePolicy
    with pytest.raises(ConfigError):
        build(**wrong)
