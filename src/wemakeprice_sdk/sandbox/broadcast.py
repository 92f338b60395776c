"""TV-shopping schedule (방송편성): write only, programmes replace each other by `programId`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Json, Refused, done
from wemakeprice_sdk.sandbox.products import number_of

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call


def broadcast_set_schedule(call: Call) -> Json:
    """Register or replace programmes, all or none."""
    programmes = call.body["broadcastSchedules"]
    shown = [number_of(product["productNo"]) for programme in programmes for product in programme["products"]]
    if any(number not in call.shop.products for number in shown):
        raise Refused("존재하지 않는 상품번호입니다.")
    for programme in programmes:
        call.shop.put("programme", programme["programId"], programme)
    call.applied(programmes=len(programmes), productNos=shown)
    return done()


ROUTES = {"broadcast_set_schedule": broadcast_set_schedule}
