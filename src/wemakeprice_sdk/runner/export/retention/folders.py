"""Retention over a folder that holds people: rewritten as a whole, or left as it is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import LedgerUnavailableError, ValidationError
from wemakeprice_sdk.files.bagit import DECLARATION, PAYLOAD
from wemakeprice_sdk.runner.export.archive import LOCK, MANIFEST, RETENTION, lock_folder
from wemakeprice_sdk.runner.export.retention.archived import ArchiveRewriter
from wemakeprice_sdk.runner.export.retention.dossiers import SUMMARY, DossierRewriter
from wemakeprice_sdk.runner.export.retention.swap import draft_of, recover, swap, wipe
from wemakeprice_sdk.runner.export.retention.terms import (
    FolderRetention,
    FolderTerms,
    Rewriter,
    last_digest,
    run_log,
)


@frozen(kw_only=True)
class PreparedFolder:
    """A folder that was read, and written anew beside itself where something is due."""

    found: FolderRetention
    earlier: str
    """The digest of the run before this one; empty when there was none."""
    stood: Mapping[str, tuple[int, int]]
    """Size and time of every file of the folder as it was read."""


def prepare_folder(
    folder: str | os.PathLike[str], account: str, terms: FolderTerms, *, dry_run: bool
) -> PreparedFolder:
    """Read a folder and write what may be kept of it beside it; `replace_folder` puts that in its place.

    What a killed run left is ended first. Raises `ValidationError` for a folder that is neither archive nor
    dossier, or of another account, `LedgerCorruptError` and `BagError` for one that is not whole, and
    `LedgerUnavailableError` for a disk that cannot be read or written.
    """
    place = Path(folder).absolute()
    with _on_disk(place):
        recover(place)
        log = _log_of(place)
        with _locked(place):
            stood = _files_of(place)
            rewriter = _rewriter(place, terms)
            _require_account(place, rewriter.account, account)
            lines = rewriter.survey()
            due = any(line.destroyed or line.masked for line in lines)
            text, digest = run_log(log, lines, terms)
            if due and not dry_run:
                rewriter.write(draft_of(place), text)
    found = FolderRetention(
        folder=place,
        account=account,
        lines=lines,
        unknown=rewriter.unknown,
        inseparable=rewriter.inseparable,
        changed=due and not dry_run,
        digest=digest if due else "",
    )
    return PreparedFolder(found=found, earlier=last_digest(log), stood=stood)


def replace_folder(prepared: PreparedFolder) -> None:
    """Put the folder that `prepare_folder` wrote in its place, and overwrite the old one.

    Raises `LedgerUnavailableError` for a folder that others write into, or wrote into since it was read.
    """
    place = prepared.found.folder
    with _on_disk(place), _locked(place) as lock:
        if _files_of(place) != prepared.stood:
            wipe(draft_of(place))
            raise LedgerUnavailableError(
                f"{place}: was written into meanwhile, so it was left as it is; call again"
            )
        if lock is not None and os.name == "nt":
            lock.close()  # Windows renames no folder in which a file is open
        swap(place)


def _files_of(place: Path) -> Mapping[str, tuple[int, int]]:
    found = {path: path.lstat() for path in place.rglob("*") if not path.name.startswith(LOCK)}
    return {f"{path}": (status.st_size, status.st_mtime_ns) for path, status in found.items()}


def _rewriter(place: Path, terms: FolderTerms) -> Rewriter:
    if (place / MANIFEST).is_file():
        return ArchiveRewriter(place, terms)
    if (place / DECLARATION).is_file() and (place / PAYLOAD / SUMMARY).is_file():
        return DossierRewriter(place, terms)
    raise ValidationError.single(
        "folder",
        place.name,
        "an archive or a dossier",
        "is no finished archive or dossier, so nothing was changed; finish it, or destroy it yourself",
        "보관 폴더나 정산 기록 자료 폴더가 아니어서 변경하지 않았습니다. 폴더를 확인해 주세요",
    )


def _log_of(place: Path) -> Path:
    return place / RETENTION if (place / MANIFEST).is_file() else place / PAYLOAD / RETENTION


def _require_account(place: Path, found: str, account: str) -> None:
    if account not in found.split():
        raise ValidationError.single(
            "folder",
            place.name,
            f"a folder of {account}",
            "belongs to another seller account, so nothing was changed; use the office of that account",
            "다른 판매자 ID의 폴더이므로 변경하지 않았습니다. 해당 판매자 ID로 실행해 주세요",
        )


@contextmanager
def _locked(place: Path) -> Iterator[sqlite3.Connection | None]:
    """Keep others from writing into an archive meanwhile; nobody writes into a dossier."""
    if not (place / MANIFEST).is_file():
        yield None
        return
    lock = lock_folder(place)
    try:
        yield lock
    finally:
        lock.close()


@contextmanager
def _on_disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerUnavailableError(
            f"{place}: {error.strerror or type(error).__name__}; mend that and call again"
        ) from error
