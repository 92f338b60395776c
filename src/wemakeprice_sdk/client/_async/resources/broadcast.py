"""TV-shopping schedule (방송편성)."""

from __future__ import annotations

from collections.abc import Iterable

from wemakeprice_sdk.client._async.resources._base import AsyncResource
from wemakeprice_sdk.models import BroadcastScheduleInput, BroadcastScheduleRequest
from wemakeprice_sdk.wire.outcomes import Outcome


class AsyncBroadcast(AsyncResource):
    """TV-shopping schedule (방송편성), for TV-shopping partners only."""

    __slots__ = ()

    async def set_schedule(self, broadcast_schedules: Iterable[BroadcastScheduleInput]) -> Outcome:
        """Register or change programmes (방송편성 등록/수정). [B; path C]

        Nothing can be read back, so a lost answer ends as `OutcomeUnknownError`; sending the same
        `program_id` again replaces the programme (C), which is the caller's decision.
        """
        request = BroadcastScheduleRequest(broadcast_schedules=tuple(broadcast_schedules))
        return await self._caller.write("broadcast_set_schedule", request)
