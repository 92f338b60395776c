# Generated from client/_async by scripts/unasync.py; edit that one.
"""TV-shopping schedule (방송편성)."""

from __future__ import annotations

from collections.abc import Iterable

from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.models import BroadcastScheduleInput, BroadcastScheduleRequest
from wemakeprice_sdk.wire.outcomes import Outcome


class Broadcast(Resource):
    """TV-shopping schedule (방송편성), for TV-shopping partners only."""

    __slots__ = ()

    def set_schedule(self, broadcast_schedules: Iterable[BroadcastScheduleInput]) -> Outcome:
        """Register or change programmes (방송편성 등록/수정). [B; path C]

        Nothing can be read back, so a lost answer ends as `OutcomeUnknownError`; sending the same
        `program_id` again replaces the programme (C), which is the caller's decision.

        Args:
            broadcast_schedules: One programme or more, each with its products.

        Raises:
            NotFoundError: There is no product of a number that was given (C).

        Example:
            ```python
            from wemakeprice_sdk.models import BroadcastProductInput, BroadcastScheduleInput, BroadcastType

            programme = BroadcastScheduleInput(
                program_id="EX0001",
                program_name="예시 방송",
                use_yn=True,
                broadcast_channel="0",
                broadcast_type=BroadcastType.LIVE,
                broadcast_date=date(2024, 6, 1),
                display_start_date=datetime(2024, 6, 1, 20, tzinfo=KST),
                display_end_date=datetime(2024, 6, 1, 21, tzinfo=KST),
                products=(BroadcastProductInput(product_no=3000001001, main_prod_yn=True, priority=0),),
            )
            outcome = client.broadcast.set_schedule([programme])
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
        request = BroadcastScheduleRequest(broadcast_schedules=tuple(broadcast_schedules))
        return self._caller.write("broadcast_set_schedule", request)
