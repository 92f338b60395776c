"""How the money of a pay-out is spread over its rows: the oldest sale first, refunds before all."""

from __future__ import annotations

from collections import deque

from wemakeprice_sdk.policy.settlement.money import PayableState


class Purse:
    """What arrived for a pay-out, while its rows take from it in their order; Σ taken is what was paid.

    `negatives` is the sum of the rows below 0, in won. The marketplace kept it, so sales are paid out of it
    first. Of a pay-out that is below 0 as a whole, only what was set off elsewhere is taken back.
    """

    def __init__(self, state: PayableState, negatives: int) -> None:
        self._back = negatives - min(state.left, 0)
        arrived = sorted(
            (use for use in state.uses if use.amount > 0), key=lambda use: (use.received_on, use.transfer)
        )
        self._parts = deque([(-negatives, False)])
        self._parts += ((use.amount, use.is_late) for use in arrived)

    def take(self, amount: int) -> tuple[int, bool]:
        """Return how much of a row is paid, in won, and whether any of it came late."""
        if amount < 0:
            paid = max(amount, self._back)
            self._back -= paid
            return paid, False
        taken, late = 0, False
        while taken < amount and self._parts:
            part, came_late = self._parts.popleft()
            used = min(part, amount - taken)
            if used < part:
                self._parts.appendleft((part - used, came_late))
            taken += used
            late = late or (came_late and used > 0)
        return taken, late
