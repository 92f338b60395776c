"""TV-shopping schedules (방송편성); for TV-shopping partners only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._rules import AsText, Chars, Items, Ko, Range, WriteModel
from wemakeprice_sdk.models.codes import BroadcastType


@frozen(kw_only=True)
class BroadcastProductInput(WriteModel):
    """Product shown in a programme (방송상품). [B]"""

    product_no: Annotated[int, Ko("상품번호"), AsText(), Range(1)]
    """Product number as text (상품번호). [B]"""

    main_prod_yn: Annotated[bool, Ko("대표상품 여부")]
    """Main product (대표상품 여부). [B]"""

    priority: Annotated[int, Ko("노출순서"), Range(0)]
    """Order (노출순서). [B]"""


@frozen(kw_only=True)
class BroadcastScheduleInput(WriteModel):
    """One programme (방송편성). [B]"""

    program_id: Annotated[str, Ko("프로그램 ID"), Chars(1)]
    """Programme id (프로그램 ID). [B]"""

    program_name: Annotated[str, Ko("프로그램명"), Chars(1)]
    """Programme name (프로그램명). [B]"""

    use_yn: Annotated[bool, Ko("사용여부")]
    """Active (사용여부). [B]"""

    broadcast_channel: Annotated[str, Ko("방송채널"), Chars(1)]
    """Channel code; further values are agreed per TV-shopping partner (방송채널). [B]"""

    broadcast_type: Annotated[BroadcastType, Ko("방송구분")]
    """Live or recorded (방송구분). [B]"""

    live_url: Annotated[str | None, Ko("라이브 URL")] = None
    """Live URL or empty (라이브 URL). [B]"""

    vod_url: Annotated[str | None, Ko("다시보기 URL")] = None
    """Recording URL or empty (다시보기 URL). [B]"""

    broadcast_date: Annotated[date, Ko("방송일")]
    """Broadcast day (방송일). [B]"""

    display_start_date: Annotated[datetime, Ko("노출시작일시")]
    """Shown from (노출시작일시). [B]"""

    display_end_date: Annotated[datetime, Ko("노출종료일시")]
    """Shown until (노출종료일시). [B]"""

    products: Annotated[tuple[BroadcastProductInput, ...], Ko("방송상품 목록"), Items(1)]
    """Products (방송상품 목록). [B]"""


@frozen(kw_only=True)
class BroadcastScheduleRequest(WriteModel):
    """Programmes to register or change (방송편성 등록/수정); TV-shopping partners only. [B]"""

    broadcast_schedules: Annotated[tuple[BroadcastScheduleInput, ...], Ko("방송편성 목록"), Items(1)]
    """Programmes (방송편성 목록). [B]"""
