"""Partner notices (파트너 공지사항): the seven days that end on `basicDate`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Json

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call

DAYS = 7


def notices_list(call: Call) -> list[Json]:
    """List a week of notices, newest first."""
    last = call.body.get("basicDate", call.now[:10])
    back = date.fromisoformat(last).toordinal() - (DAYS - 1)
    first = date.fromordinal(max(back, 1)).isoformat()
    found = [
        (row["regDate"], number, row)
        for number, row in call.shop.notices.items()
        if first <= row["regDate"] <= last
    ]
    return [row for _, _, row in sorted(found, key=lambda item: item[:2], reverse=True)]


ROUTES = {"notices_list": notices_list}
