"""Partner notices (공지사항)."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from wemakeprice_sdk.models._base import ReadModel


@frozen(kw_only=True)
class Notice(ReadModel):
    """Partner notice (파트너 공지사항); it has no id. [B]"""

    type: str | None = None
    """Notice kind (공지유형). [B]"""

    title: str | None = None
    """Title (제목). [B]"""

    contents: str | None = None
    """Text or HTML (내용). [B]"""

    reg_date: date | None = None
    """Registered on (등록일). [B]"""
