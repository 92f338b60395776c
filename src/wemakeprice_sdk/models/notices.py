"""Partner notices (공지사항)."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._answers import Essential
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

    reg_date: Essential[date] | None = None
    """Registered on (등록일). [B]"""

    @property
    def key(self) -> tuple[date | None, str | None, str | None, str]:
        """Day, kind, title and a digest of the contents; there is no id, so equal notices are one. [C]"""
        digest = sha256((self.contents or "").encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self.reg_date, self.type, self.title, digest

    @property
    def is_individual(self) -> bool:
        """Whether the notice is meant for this seller alone (개별공지). [B]"""
        return self.type is not None and "".join(self.type.split()) == "개별공지"
