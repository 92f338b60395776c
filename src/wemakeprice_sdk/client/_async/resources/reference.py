"""Reference data (기초데이터)."""

from __future__ import annotations

from wemakeprice_sdk.client._async.resources._base import AsyncResource
from wemakeprice_sdk.models import Brand, Category, Courier, Label, ListResult, Maker, NoticeTemplateGroup


class AsyncReference(AsyncResource):
    """Reference data (기초데이터): categories, brands, makers, disclosure templates, labels, couriers."""

    __slots__ = ()

    async def list_categories(self) -> ListResult[Category]:
        """List every leaf category (카테고리 전체 조회). [A]

        Example:
            ```python
            categories = await client.reference.list_categories()
            print({row.dcate_code: row.dcate_name for row in categories}[4100002])  # 면티셔츠
            ```
        """
        return await self._rows(Category, "base_list_categories")

    async def search_brands(self, brand_name: str) -> ListResult[Brand]:
        """Search brands by name (브랜드 조회). [A; path B]

        Whether the match is exact or partial is unknown, so several rows are possible.

        Example:
            ```python
            brands = await client.reference.search_brands("예시브랜드")
            print({brand.brand_name: brand.brand_no for brand in brands}["예시브랜드"])  # 10001
            ```
        """
        return await self._rows(Brand, "base_search_brands", {"brand_name": brand_name})

    async def search_makers(self, maker_name: str) -> ListResult[Maker]:
        """Search makers by name (제조사 조회); matching as for brands. [A; path B]

        Example:
            ```python
            makers = await client.reference.search_makers("예시제조사")
            print({maker.maker_name: maker.maker_no for maker in makers}["예시제조사"])  # 20001
            ```
        """
        return await self._rows(Maker, "base_search_makers", {"maker_name": maker_name})

    async def list_notice_groups(self) -> ListResult[NoticeTemplateGroup]:
        """List the disclosure templates (상품정보고시 조회). [A]

        Example:
            ```python
            groups = await client.reference.list_notice_groups()
            print(groups[0].group_notice_no, groups[0].group_notice_no_name)  # 26 서적
            print([item.notice_name for item in groups[0].notice_list][:2])  # ['도서명', '저자/출판사']
            ```
        """
        return await self._rows(NoticeTemplateGroup, "base_list_notice_groups")

    async def list_labels(self) -> ListResult[Label]:
        """List the product labels (상품속성라벨 조회). [A; path B, keys unknown]

        Example:
            ```python
            labels = await client.reference.list_labels()
            print([label.label_name for label in labels][:3])  # ['당일발송', '국내산', '무료반품']
            ```
        """
        return await self._rows(Label, "base_list_labels")

    async def list_couriers(self) -> ListResult[Courier]:
        """List the couriers (택배사 조회). [B; path C] `models.COURIERS` has the known table offline.

        Example:
            ```python
            couriers = await client.reference.list_couriers()
            codes = {row.parcel_company_name: row.parcel_company_code for row in couriers}
            print(codes["CJ대한통운"])  # D002
            ```
        """
        return await self._rows(Courier, "base_list_couriers")
