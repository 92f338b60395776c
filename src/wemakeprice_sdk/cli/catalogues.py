"""The catalogue: out to other shops, and its pictures."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from wemakeprice_sdk.catalogue import Defaults, Misfit, Overflow, SkuSource
from wemakeprice_sdk.catalogue.exporters import TARGETS as EXPORTERS
from wemakeprice_sdk.cli.console import Bilingual, CommandError
from wemakeprice_sdk.cli.shop import Shop, with_shop
from wemakeprice_sdk.cli.words import Choice, group, option, output, strict

if TYPE_CHECKING:
    from wemakeprice_sdk.catalogue import (
        CatalogueFile,
        CatalogueProduct,
        Exporter,
        SellerMaps,
        WorkbookFile,
    )
    from wemakeprice_sdk.catalogue.sources import SourcedProduct

catalogue = group("catalogue", Bilingual("The catalogue: export, images.", "카탈로그: 내보내기, 이미지 저장"))

FORMS: Final = ("lines", "jsonld", "workbook")
TARGETS: Final = {one.target: one for one in EXPORTERS}
_WORDS: Final[Mapping[str, type[Enum]]] = {"misfit": Misfit, "overflow": Overflow, "sku": SkuSource}
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_excel = option(
    "--excel",
    multiple=True,
    type=_FILE,
    help=Bilingual("an export of products, beside or instead of the ledger; repeat", "상품 엑셀 파일 (반복)"),
)
_archive = option("--archive", type=_FOLDER, help=Bilingual("an archive folder", "보관 폴더"))


def _goods(
    shop: Shop, stack: ExitStack, excel: Iterable[Path], archive: Path | None
) -> Iterator[CatalogueProduct]:
    """Return the merged goods of the named sources; of the ledger where none is named."""
    from wemakeprice_sdk.catalogue import FileShelf, Provenance, SourceKind, from_preview, merge_catalogue
    from wemakeprice_sdk.excel import ExcelMigrator
    from wemakeprice_sdk.runner import catalogue_from_archive, catalogue_from_ledger

    sources: list[Iterable[SourcedProduct]] = []
    for file in excel:
        preview = stack.enter_context(ExcelMigrator(shop.config()).preview(file))
        sources.append(from_preview(preview, Provenance(kind=SourceKind.EXCEL, file=file.name)))
    if archive is not None:
        sources.append(catalogue_from_archive(archive))
    if not sources:
        sources.append(catalogue_from_ledger(shop.ledger(), shop.config().seller_id))
    merge = merge_catalogue(*sources, shelf=stack.enter_context(FileShelf()))
    if merge.refused:
        shop.console.tell(
            Bilingual(f"{len(merge.refused)} row(s) are no product", f"상품이 아닌 행 {len(merge.refused)}개")
        )
    return merge.products()


@catalogue.command(
    "export",
    help=Bilingual(
        f"Write the goods for another shop, or in a neutral form ({', '.join(FORMS)}). "
        "What was cut, refused or waits for you stands in the report beside the files.",
        f"다른 쇼핑몰용 파일 또는 중립 형식({', '.join(FORMS)})으로 상품을 내보냅니다. "
        "줄이거나 제외한 것, 확인이 필요한 것은 함께 저장되는 결과 파일에 있습니다.",
    ),
)
@with_shop
@click.argument("target", type=Choice([*TARGETS, *FORMS]))
@click.argument("folder", type=_FOLDER)
@_excel
@_archive
@option(
    "--defaults",
    type=_FILE,
    help=Bilingual("TOML of values that only you know", "비어 있는 값을 채울 TOML 파일"),
)
@option("--categories", type=_FILE, help=Bilingual("CSV of our category, theirs", "카테고리 대응표 CSV"))
@option("--template", type=_FILE, help=Bilingual("your own template of naver-sheet", "naver-sheet용 내 양식"))
@strict
@output
def export_goods(
    shop: Shop,
    target: str,
    folder: Path,
    excel: tuple[Path, ...],
    archive: Path | None,
    defaults: Path | None,
    categories: Path | None,
    template: Path | None,
    strict: bool,
) -> None:
    """Export the goods."""
    with ExitStack() as stack:
        goods = _goods(shop, stack, excel, archive)
        if target in FORMS:
            _write_neutral(shop, target, folder, goods)
            return
        from wemakeprice_sdk.catalogue import export, write_export

        made = write_export(
            export(goods, _exporter(target, template), defaults=_defaults(defaults), maps=_maps(categories)),
            folder,
            template=template,
        )
    summary = made.summary
    for file in (*made.files, made.report, made.rows):
        shop.console.tell(str(file))
    shop.console.facts(
        [
            (Bilingual("in", "입력"), summary.rows_in),
            (Bilingual("out", "내보냄"), summary.rows_out),
            (Bilingual("refused", "제외"), summary.refused),
        ]
    )
    shop.console.code = 1 if strict and summary.refused else 0


def _write_neutral(shop: Shop, form: str, folder: Path, goods: Iterator[CatalogueProduct]) -> None:
    from wemakeprice_sdk.catalogue import write_jsonld, write_lines, write_workbook

    folder.mkdir(parents=True, exist_ok=True)
    made: CatalogueFile | WorkbookFile
    if form == "workbook":
        made = write_workbook(folder / "catalogue.xlsx", goods)
    elif form == "jsonld":
        made = write_jsonld(folder / "catalogue.json", goods)
    else:
        made = write_lines(folder / "catalogue.jsonl", goods)
    shop.console.tell(str(made.path))
    shop.console.facts([(Bilingual("products", "상품"), made.products)])


def _exporter(target: str, template: Path | None) -> Exporter:
    from wemakeprice_sdk.catalogue import NaverSheet, sheet_layout

    if TARGETS[target] is NaverSheet and template is not None:
        return NaverSheet(sheet_layout(template))
    return TARGETS[target]()


def _defaults(file: Path | None) -> Defaults | None:
    if file is None:
        return None
    try:
        given: dict[str, Any] = tomllib.loads(file.read_text("utf-8-sig"))
    except ValueError as error:
        raise _unreadable(file, str(error)) from None
    for name, value in given.items():
        if name not in attrs.fields_dict(Defaults):
            raise _unreadable(file, f"{name}: {', '.join(attrs.fields_dict(Defaults))}")
        if name in _WORDS:
            words = {member.value: member for member in _WORDS[name]}
            if value not in words:
                raise _unreadable(file, f"{name}: {', '.join(words)}")
            given[name] = words[value]
    return Defaults(**given)


def _unreadable(file: Path, why: str) -> CommandError:
    return CommandError(
        Bilingual(f"{file} cannot be read: {why}", f"{file} 파일을 읽을 수 없습니다: {why}"),
        Bilingual("correct the file and try again", "파일을 수정한 뒤 다시 실행해 주세요"),
        78,
    )


def _maps(file: Path | None) -> SellerMaps | None:
    from wemakeprice_sdk.catalogue import CodeMap, SellerMaps

    if file is None:
        return None
    try:
        with file.open(encoding="utf-8-sig", newline="") as rows:
            return SellerMaps(categories=CodeMap.from_rows(list(csv.reader(rows))))
    except UnicodeDecodeError as error:
        raise _unreadable(file, str(error.reason)) from None


@catalogue.command(
    "images",
    help=Bilingual(
        "Save every picture of the goods into a BagIt folder, before their hosts are gone. Run again, it "
        "goes on.",
        "이미지 서버가 사라지기 전에 모든 상품 이미지를 BagIt 폴더에 저장합니다. 다시 실행하면 이어서 "
        "진행합니다.",
    ),
)
@with_shop
@click.argument("folder", type=_FOLDER)
@_excel
@_archive
@strict
@output
def images(shop: Shop, folder: Path, excel: tuple[Path, ...], archive: Path | None, strict: bool) -> None:
    """Save the pictures."""
    from wemakeprice_sdk.catalogue import fetch_images

    console = shop.console
    with ExitStack() as stack:
        made = fetch_images(
            _goods(shop, stack, excel, archive),
            folder,
            progress=lambda step: console.progress("images", step.done, step.total),
        )
    console.clear()
    console.facts(
        [
            (Bilingual("folder", "폴더"), made.folder),
            (Bilingual("saved", "저장"), made.had),
            (Bilingual("missing", "가져오지 못함"), len(made.missing)),
            (Bilingual("bytes", "바이트"), made.size),
        ]
    )
    for one in made.missing:
        console.tell(f"{one.url}: {one.reason}")
    console.code = 1 if strict and made.missing else 0
