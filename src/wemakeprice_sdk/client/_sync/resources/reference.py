# Generated from client/_async by scripts/unasync.py; edit that one.
"""Reference data (기초데이터)."""

from __future__ import annotations

from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.models import Brand, Category, Courier, Label, ListResult, Maker, NoticeTemplateGroup


class Reference(Resource):
    """Reference data (기초데이터): categories, brands, makers, disclosure templates, labels, couriers."""

    __slots__ = ()

    def list_categories(self) -> ListResult[Category]:
        """List every leaf category (카테고리 전체 조회). [A]"""
        return self._rows(Category, "base_list_categories")

    def search_brands(self, brand_name: str) -> ListResult[Brand]:
        """Search brands by name (브랜드 조회). [A; path B]

        Whether the match is exact or partial is unknown, so several rows are possible.
        """
        return self._rows(Brand, "base_search_brands", {"brand_name": brand_name})

    def search_makers(self, maker_name: str) -> ListResult[Maker]:
        """Search makers by name (제조사 조회); matching as for brands. [A; path B]"""
        return self._rows(Maker, "base_search_makers", {"maker_name": maker_name})

    def list_notice_groups(self) -> ListResult[NoticeTemplateGroup]:
        """List the disclosure templates (상품정보고시 조회). [A]"""
        return self._rows(NoticeTemplateGroup, "base_list_notice_groups")

    def list_labels(self) -> ListResult[Label]:
        """List the product labels (상품속성라벨 조회). [A; path B, keys unknown]"""
        return self._rows(Label, "base_list_labels")

    def list_couriers(self) -> ListResult[Courier]:
        """List the couriers (택배사 조회). [B; path C] `models.COURIERS` has the known table offline."""
        return self._rows(Courier, "base_list_couriers")
