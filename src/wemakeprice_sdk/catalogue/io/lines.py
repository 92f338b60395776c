"""The catalogue as JSON lines, one product a line in the form of `catalogue.schema.json`, and as JSON-LD."""

from __future__ import annotations

import array
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from wemakeprice_sdk.catalogue.form import from_json, to_json
from wemakeprice_sdk.catalogue.io.whole import CatalogueFile, measured, on_disk, whole_file
from wemakeprice_sdk.catalogue.jsonld import CONTEXT, to_jsonld
from wemakeprice_sdk.catalogue.model import CatalogueProduct, Provenance, SourceKind
from wemakeprice_sdk.catalogue.sources import RefusedRow, SourcedProduct
from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.errors import CatalogueFileError, ValidationError, Violation

MOST_LINE_BYTES: Final = 64 << 20
"""A longer line is refused: no product of the marketplace comes near it."""

_IN_MEMORY: Final = 32 << 20


def catalogue_schema() -> str:
    """Return the JSON Schema (draft 2020-12) of a line."""
    return resources.files("wemakeprice_sdk.catalogue").joinpath("catalogue.schema.json").read_text("utf-8")


def write_lines(path: str | os.PathLike[str], products: Iterable[CatalogueProduct]) -> CatalogueFile:
    """Write products as JSON lines (UTF-8) and return what the file holds. The same products, the same bytes.

    Products are written as they come, one at a time. Raise `CatalogueFileError` when the disk refuses; the
    file is then as it was before.
    """
    check_kind("path", path, str, os.PathLike)
    check_items("products", products)
    place, count = Path(path), 0
    with whole_file(place) as file:
        for product in products:
            file.write(_line(product))
            count += 1
    return measured(place, count)


def _line(product: CatalogueProduct) -> bytes:
    text = json.dumps(to_json(product), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate becomes the JSON escape it came from, so that the file is UTF-8.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def write_jsonld(path: str | os.PathLike[str], products: Iterable[CatalogueProduct]) -> CatalogueFile:
    """Write products as one JSON-LD document (schema.org, `@graph`), each on a line of its own.

    For shops and tools that read schema.org; what it cannot say stays in the JSON lines. Raise
    `CatalogueFileError` when the disk refuses.
    """
    check_kind("path", path, str, os.PathLike)
    check_items("products", products)
    place, count = Path(path), 0
    with whole_file(place) as file:
        file.write(json.dumps({"@context": CONTEXT}).encode()[:-1] + b', "@graph": [')
        for product in products:
            text = json.dumps(to_jsonld(product, context=False), ensure_ascii=False)
            file.write((b",\n" if count else b"\n") + text.encode("utf-8", "backslashreplace"))
            count += 1
        file.write(b"\n]}\n")
    return measured(place, count)


def read_lines(path: str | os.PathLike[str]) -> Iterator[SourcedProduct]:
    """Yield the products of JSON lines; a line that is none comes as `RefusedRow` and costs no other.

    Values keep the sources that stand in the file. Raise `CatalogueFileError` when the file cannot be read.
    """
    check_kind("path", path, str, os.PathLike)
    return _read_lines(Path(path))


def _read_lines(place: Path) -> Iterator[SourcedProduct]:
    with on_disk(place), place.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MOST_LINE_BYTES + 1), b""), start=1):
            if len(line) > MOST_LINE_BYTES:
                raise CatalogueFileError(
                    f"{place.name}: line {number} is longer than {MOST_LINE_BYTES} bytes; it is no catalogue"
                )
            if line.strip():
                yield _product(line, Provenance(kind=SourceKind.CATALOGUE, file=place.name, row=number))


def _product(line: bytes, source: Provenance) -> SourcedProduct:
    try:
        return from_json(json.loads(line))
    except ValidationError as error:
        return RefusedRow(source=source, reasons=error.violations)
    except (ValueError, RecursionError):
        reason = Violation(
            "$",
            "",
            "JSON",
            f"line {source.row} is not JSON",
            f"JSON 형식이 아닌 줄입니다: {source.row}번째 줄. 파일을 다시 만들어 주세요",
        )
        return RefusedRow(source=source, reasons=(reason,))


class FileShelf:
    """Keeps the products of a large merge in a temporary file that has no name and dies with the process."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `close` closes it
        self._numbers = array.array("q")
        self._offsets = array.array("q")
        self._end = 0

    def put(self, product: CatalogueProduct) -> None:
        """Keep a product."""
        check_kind("product", product, CatalogueProduct)
        line = _line(product)
        self._file.seek(self._end)
        self._file.write(line)
        self._numbers.append(product.product_no)
        self._offsets.append(self._end)
        self._end += len(line)

    def groups(self) -> Iterator[Sequence[CatalogueProduct]]:
        """Yield the forms of each product together, by product number."""
        order = sorted(range(len(self._numbers)), key=self._numbers.__getitem__)
        for _, places in groupby(order, key=self._numbers.__getitem__):
            yield [self._at(self._offsets[place]) for place in places]

    def _at(self, offset: int) -> CatalogueProduct:
        self._file.seek(offset)
        return from_json(json.loads(self._file.readline()))

    def close(self) -> None:
        """Forget the products."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the shelf itself."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Close."""
        self.close()
