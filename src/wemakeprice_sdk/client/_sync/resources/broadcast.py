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
        """
        request = BroadcastScheduleRequest(broadcast_schedules=tuple(broadcast_schedules))
        return self._caller.write("broadcast_set_schedule", request)
