"""The journal: what really happened in the sandbox, in order.

One entry per applied write of the partner API, and one per action of a buyer, an operator or the site
itself. An entry names the account by its label and targets by number; it holds no key and no personal
data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from wemakeprice_sdk.sandbox.answers import SandboxError, require_operation

Target = int | str | list[int]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing that happened. `actor` is api, buyer, operator or site; `at` is KST."""

    seq: int
    at: str
    account: str
    actor: str
    operation: str
    targets: dict[str, Target]
    result: str = "applied"

    def as_json(self) -> dict[str, Any]:
        """Return the entry as JSON."""
        # `dataclasses.asdict` takes ten times as long, and a journal has many entries.
        targets = {
            name: [*value] if isinstance(value, list) else value for name, value in self.targets.items()
        }
        return {**{name: getattr(self, name) for name in self.__slots__}, "targets": targets}


class Journal(Sequence[JournalEntry]):
    """The entries so far, oldest first; `len`, indexing, slices and iteration work as for a list."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._entries: list[JournalEntry] = []

    def __repr__(self) -> str:
        """Count the entries."""
        return f"<Journal {len(self)} entries>"

    @overload
    def __getitem__(self, index: int) -> JournalEntry: ...
    @overload
    def __getitem__(self, index: slice) -> list[JournalEntry]: ...
    def __getitem__(self, index: int | slice) -> JournalEntry | list[JournalEntry]:
        return self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(list(self._entries))

    @property
    def next_seq(self) -> int:
        """The sequence number the next entry gets."""
        return self._entries[-1].seq + 1 if self._entries else 1

    def add(self, entry: JournalEntry) -> None:
        """Append an entry."""
        self._entries.append(entry)

    def writes(
        self, operation: str | None = None, account: str | None = None, **targets: Target
    ) -> list[JournalEntry]:
        """Return the applied writes of the partner API, narrowed by operation, account label and targets.

        Targets are named as on the wire (`bundleNo=`). An operation or a spelling that no entry could have
        raises `SandboxError`, since a test that expects nothing would pass by a slip of the pen.
        """
        if operation is not None:
            require_operation(operation, self._known)
        if any("_" in name for name in targets):
            raise SandboxError(
                f"targets are named as on the wire, such as bundleNo=, not {', '.join(targets)}="
            )
        return [
            entry
            for entry in self
            if entry.actor == "api"
            and operation in (None, entry.operation)
            and account in (None, entry.account)
            and targets.items() <= entry.targets.items()
        ]
