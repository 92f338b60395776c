"""Saving the pictures of a catalogue before their hosts are gone: a BagIt folder with what could be had.

Pictures lie below `data/images/` under their SHA-256, so that the same picture lies there once. Beside them
are `images.jsonl` (what was had), `missing.jsonl` (what was not, and why) and `catalogue.jsonl` (the
products, whose pictures name their files).
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

from attrs import asdict, evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.io.download import (
    Downloader,
    Fetched,
    FetchedPicture,
    HostPace,
    ImageClient,
    ImageFault,
    ImageSettings,
)
from wemakeprice_sdk.catalogue.io.lines import read_lines, write_lines
from wemakeprice_sdk.catalogue.io.whole import on_disk
from wemakeprice_sdk.catalogue.model import CatalogueImage, CatalogueProduct, ImageRole
from wemakeprice_sdk.catalogue.pictures import SUFFIXES
from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.clock import Clock, SystemClock
from wemakeprice_sdk.errors import BagError, Violation
from wemakeprice_sdk.files.bagit import PAYLOAD, seal_bag
from wemakeprice_sdk.models.tables import Report

_JOURNAL: Final = "journal.jsonl"
_RAW: Final = "products.jsonl"
_FRESH: Final = "fresh"
_IMAGES: Final = "images"


@frozen(kw_only=True)
class ImageProgress:
    """How far a fetch came: pictures by address, and bytes that lie on disk."""

    done: int
    total: int
    missing: int
    size: int


ImageProgressCallback: TypeAlias = "Callable[[ImageProgress], object]"


@frozen(kw_only=True)
class MissingImage:
    """A picture that could not be had. `reason.path` is its address; `products` are the ids that show it."""

    url: str
    fault: ImageFault
    reason: Violation
    products: tuple[str, ...]


@frozen(kw_only=True)
class ImageReport(Report):
    """What a fetch brought. `total` addresses are `had` or `missing`, or were left when it was stopped.

    `folder` is the BagIt folder, or the one with what was had so far (`NAME.part`) when it was not `sealed`.
    """

    folder: Path
    sealed: bool
    products: int
    total: int
    had: int
    missing: tuple[MissingImage, ...]
    size: int
    """Bytes of the pictures, each once."""

    @property
    def left(self) -> int:
        """Addresses that were not asked for."""
        return self.total - self.had - len(self.missing)


def fetch_images(
    products: Iterable[CatalogueProduct],
    folder: str | os.PathLike[str],
    *,
    http_client: ImageClient | None = None,
    settings: ImageSettings | None = None,
    seal: bool = True,
    progress: ImageProgressCallback | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Clock | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> ImageReport:
    """Fetch the pictures of all products, those of descriptions too, into the BagIt folder `folder`.

    A run that ends early, however it ends, leaves `NAME.part` beside the folder: the same call goes on there
    and asks for nothing twice. `seal=False` leaves it so, and a later call tries again what could not be had.
    `stop` is asked before every picture. One process at a time may work on a folder.

    Without `http_client` an httpx client of our own is used, which knows no proxy; an injected one is not
    closed, and none of its headers, cookies or credentials is sent.

    Raise `BagError` when `folder` is there already, `CatalogueFileError` when the disk refuses. A picture
    that cannot be had is no error: it stands in the report and in `missing.jsonl`.
    """
    check_items("products", products)
    check_kind("folder", folder, str, os.PathLike)
    check_kind("settings", settings, ImageSettings, optional=True)
    check_kind("clock", clock, Clock, optional=True)
    place, wanted = Path(folder).absolute(), settings or ImageSettings()
    if place.exists():
        raise BagError(f"{place} is there already; give another folder, or move it away")
    with on_disk(place), _client(http_client) as client:
        part = _Part(place.with_name(f"{place.name}.part"))
        gathered = part.gather(products)
        downloader = Downloader(client, wanted, HostPace(wanted.per_second, monotonic, sleep))
        run = _Run(part, gathered, downloader, wanted, progress, stop)
        run.fetch()
        report = part.report(gathered, run.missing)
        if report.left or not seal:
            return report
        part.finish(report)
        info = {"External-Description": "Pictures of a product catalogue"}
        seal_bag(part.bag, place, date=(clock or SystemClock()).now().date(), info=info)
        shutil.rmtree(part.path, ignore_errors=True)
        return evolve(report, folder=place, sealed=True)


@contextmanager
def _client(given: ImageClient | None) -> Iterator[ImageClient]:
    if given is not None:
        yield given
        return
    import httpx

    with httpx.Client(trust_env=False) as client:
        yield cast("ImageClient", client)


@frozen
class _Gathered:
    """The addresses in the order of the catalogue, each with the ids of the products that show it."""

    products: int
    shown_by: dict[str, list[str]]


class _Part:
    """The folder of a fetch that is under way: what was had stands in a journal that only grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bag = path / "bag"
        self.had: dict[str, CatalogueImage] = {}
        (self.bag / PAYLOAD / _IMAGES).mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(path / _FRESH, ignore_errors=True)
        (path / _FRESH).mkdir(mode=0o700)
        self._load()

    def _load(self) -> None:
        journal = self.path / _JOURNAL
        if not journal.exists():
            return
        whole = b""
        for line in journal.read_bytes().splitlines(keepends=True):
            try:
                row = json.loads(line)
                image = CatalogueImage(**{**row, "role": ImageRole.MAIN})
            except (ValueError, TypeError):
                break  # what a crash left of the last line
            whole += line
            file = self.bag / PAYLOAD / image.file
            if file.is_file() and file.stat().st_size == image.size:
                self.had[image.url] = image
        journal.write_bytes(whole)

    def gather(self, products: Iterable[CatalogueProduct]) -> _Gathered:
        """Keep the products, and collect the addresses of their pictures."""
        shown_by: dict[str, list[str]] = {}

        def passing() -> Iterator[CatalogueProduct]:
            for product in products:
                check_kind("products", product, CatalogueProduct)
                for image in product.images:
                    ids = shown_by.setdefault(image.url, [])
                    if product.id not in ids[-1:]:
                        ids.append(product.id)
                yield product

        written = write_lines(self.path / _RAW, passing())
        return _Gathered(written.products, shown_by)

    def keep(self, url: str, fresh: Path, picture: FetchedPicture, journal: BinaryIO) -> None:
        """Move a picture to its place, and note it."""
        facts = picture.facts
        name = f"{_IMAGES}/{picture.sha256[:2]}/{picture.sha256}.{SUFFIXES[facts.mime]}"
        file = self.bag / PAYLOAD / name
        file.parent.mkdir(mode=0o700, exist_ok=True)
        fresh.replace(file)
        image = CatalogueImage(
            url=url, sha256=picture.sha256, size=picture.size, mime=facts.mime, width=facts.width,
            height=facts.height, file=name,
        )  # fmt: skip
        row = asdict(image, filter=lambda one, _: one.name not in ("role", "position"))
        journal.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        journal.flush()
        self.had[url] = image

    def journal(self) -> BinaryIO:
        """Open the journal to add to it."""
        return (self.path / _JOURNAL).open("ab")

    def report(self, gathered: _Gathered, missing: dict[str, ImageFault]) -> ImageReport:
        had = [self.had[url] for url in gathered.shown_by if url in self.had]
        files = {image.file: image.size or 0 for image in had}
        return ImageReport(
            folder=self.path,
            sealed=False,
            products=gathered.products,
            total=len(gathered.shown_by),
            had=len(had),
            missing=tuple(
                _missing(url, missing[url], ids) for url, ids in gathered.shown_by.items() if url in missing
            ),
            size=sum(files.values()),
        )

    def finish(self, report: ImageReport) -> None:
        """Write the lists beside the pictures, and take away what this catalogue does not show."""
        data = self.bag / PAYLOAD
        self._drop_strangers()
        products = cast("Iterator[CatalogueProduct]", read_lines(self.path / _RAW))
        shown: dict[str, CatalogueImage] = {}

        def filled() -> Iterator[CatalogueProduct]:
            for product in products:
                for image in product.images:
                    if image.url in self.had:
                        shown[image.url] = self.had[image.url]
                yield evolve(product, images=tuple(self._filled(image) for image in product.images))

        write_lines(data / "catalogue.jsonl", filled())
        _write_rows(data / "images.jsonl", (_image_row(image) for image in shown.values()))
        _write_rows(data / "missing.jsonl", (_missing_row(one) for one in report.missing))

    def _drop_strangers(self) -> None:
        wanted = {image.file for image in self.had.values()}
        for file in (self.bag / PAYLOAD / _IMAGES).rglob("*"):
            if file.is_file() and file.relative_to(self.bag / PAYLOAD).as_posix() not in wanted:
                file.unlink()

    def _filled(self, image: CatalogueImage) -> CatalogueImage:
        had = self.had.get(image.url)
        return image if had is None else evolve(had, role=image.role, position=image.position)


class _Run:
    """One go through the addresses that are still to be had."""

    def __init__(
        self,
        part: _Part,
        gathered: _Gathered,
        downloader: Downloader,
        settings: ImageSettings,
        progress: ImageProgressCallback | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self._part, self._gathered, self._downloader = part, gathered, downloader
        self._settings, self._progress = settings, progress
        self._stop = stop or (lambda: False)
        self.missing: dict[str, ImageFault] = {}
        self._size = 0

    def fetch(self) -> None:
        """Fetch what is not there yet, some at once; the journal is written by this thread alone."""
        # What an earlier catalogue had and this one does not show is no part of it.
        self._part.had = {url: one for url, one in self._part.had.items() if url in self._gathered.shown_by}
        self._size = sum(image.size or 0 for image in self._part.had.values())
        self._tell()
        places = (self._part.path / _FRESH / str(number) for number in count())
        waiting = iter([url for url in self._gathered.shown_by if url not in self._part.had])
        under_way: dict[Future[Fetched], tuple[str, Path]] = {}
        with self._part.journal() as journal, ThreadPoolExecutor(self._settings.at_once) as pool:
            while True:
                while len(under_way) < self._settings.at_once and not self._stop():
                    url = next(waiting, None)
                    if url is None:
                        break
                    place = next(places)
                    under_way[pool.submit(self._downloader.fetch, url, place)] = (url, place)
                if not under_way:
                    return
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(*under_way.pop(future), future.result(), journal)

    def _take(self, url: str, place: Path, fetched: Fetched, journal: BinaryIO) -> None:
        if isinstance(fetched, ImageFault):
            self.missing[url] = fetched
        else:
            self._part.keep(url, place, fetched, journal)
            self._size += fetched.size
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            had, missing = len(self._part.had), len(self.missing)
            total = len(self._gathered.shown_by)
            self._progress(ImageProgress(done=had + missing, total=total, missing=missing, size=self._size))


def _missing(url: str, fault: ImageFault, ids: Iterable[str]) -> MissingImage:
    reason = Violation(url, "", fault.word, fault.message, fault.message_ko)
    return MissingImage(url=url, fault=fault, reason=reason, products=tuple(ids))


def _image_row(image: CatalogueImage) -> dict[str, object]:
    return asdict(image, filter=lambda one, _: one.name not in ("role", "position"))


def _missing_row(missing: MissingImage) -> dict[str, object]:
    reason = missing.reason
    return {
        "url": missing.url,
        "rule": reason.rule,
        "message": reason.message,
        "message_ko": reason.message_ko,
        "products": missing.products,
    }


def _write_rows(place: Path, rows: Iterable[dict[str, object]]) -> None:
    with place.open("wb") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
