"""Where the state of a link is kept between runs, so that a change is told once (연동 상태 보관)."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Protocol, runtime_checkable

from wemakeprice_sdk.config._link_record import LinkRecord
from wemakeprice_sdk.config.storage import load_registry, save_registry
from wemakeprice_sdk.secrets import Cipher


@runtime_checkable
class LinkStore(Protocol):
    """Keeps the link record of each account; handed in, and shared by everybody who works for the account."""

    def load(self, seller_id: str) -> LinkRecord | None:
        """Return what was kept last, None when nothing was."""
        ...

    def save(self, seller_id: str, record: LinkRecord) -> None:
        """Keep the record in place of the last one."""
        ...


class MemoryLinkStore:
    """Keeps link records in memory, for tests and for a program that runs on."""

    def __init__(self) -> None:
        self._records: dict[str, LinkRecord] = {}

    def load(self, seller_id: str) -> LinkRecord | None:
        """Return what was kept last, None when nothing was."""
        return self._records.get(seller_id)

    def save(self, seller_id: str, record: LinkRecord) -> None:
        """Keep the record in place of the last one."""
        self._records[seller_id] = record


class RegistryLinkStore:
    """Keeps link records in the file of accounts itself (`save_registry`), where the next start reads them.

    One process at a time may write the file. `cipher` is the one the file was written with. Raise what
    `load_registry` and `save_registry` raise.
    """

    def __init__(self, path: str | os.PathLike[str], cipher: Cipher) -> None:
        self._path, self._cipher, self._lock = Path(path), cipher, Lock()

    def load(self, seller_id: str) -> LinkRecord | None:
        """Return what the file says of the account."""
        return load_registry(self._path, cipher=self._cipher).get(seller_id).link

    def save(self, seller_id: str, record: LinkRecord) -> None:
        """Write the file anew with the record."""
        with self._lock:
            registry = load_registry(self._path, cipher=self._cipher)
            changed = registry.replace(registry.get(seller_id).replace(link=record))
            save_registry(self._path, changed, cipher=self._cipher)
