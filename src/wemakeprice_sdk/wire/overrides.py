"""What an installation may change about the table: paths and refusal texts, in one frozen object.

Half of the paths are graded C (our own design). Whoever knows the real path, or a text that the
contract does not list, hands it in here; nothing in the library has to be edited. The base URL is
chosen on the client.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.wire.operations import OPERATIONS, Channel, Meaning, Operation, Refusal

_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


def _sorted_paths(values: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(dict(values).items()))


def _sorted_refusals(
    values: Mapping[str, Iterable[Refusal]] | Iterable[tuple[str, Iterable[Refusal]]],
) -> tuple[tuple[str, tuple[Refusal, ...]], ...]:
    return tuple(
        sorted(((name, tuple(rows)) for name, rows in dict(values).items()), key=lambda item: item[0])
    )


@frozen
class WireOverrides:
    """Other paths and other refusal texts than the contract's, by operation id.

    `paths` maps an operationId to its real path (`paths={"orders_get": "/order/out/getOrderDetail"}`);
    `refusals` maps an operationId to its whole refusal list, first match wins, so that texts are added by
    `(Refusal(...), *OPERATIONS[id].refusals)`. Unknown ids, paths that are not plain absolute paths, and two
    operations ending up on one method and path raise `ValidationError` with every violation at once.
    """

    paths: tuple[tuple[str, str], ...] = field(default=(), converter=_sorted_paths)
    refusals: tuple[tuple[str, tuple[Refusal, ...]], ...] = field(default=(), converter=_sorted_refusals)

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        self._check_paths(problems)
        self._check_collisions(problems)
        self._check_refusals(problems)
        problems.raise_all("WireOverrides", ValidationError)

    def apply(self, operation: Operation) -> Operation:
        """Return the row as it is to be used: with the other path and the other refusals, if any."""
        path = dict(self.paths).get(operation.id)
        rows = dict(self.refusals).get(operation.id)
        if path is None and rows is None:
            return operation
        return evolve(
            operation,
            path=operation.path if path is None else path,
            refusals=operation.refusals if rows is None else rows,
        )

    def table(self) -> Mapping[str, Operation]:
        """Return the whole table with these overrides in it."""
        return {name: self.apply(row) for name, row in OPERATIONS.items()}

    def _check_paths(self, problems: Problems) -> None:
        for name, path in self.paths:
            if name not in OPERATIONS:
                _note_unknown(problems, "paths", name)
            if not _PATH.fullmatch(path) or "/../" in f"{path}/" or "/./" in f"{path}/":
                problems.add(
                    f"paths.{name}", path, "absolute path",
                    "a path starts with one slash and holds no host, query, blank or dot segment",
                    "경로는 슬래시 하나로 시작하고 호스트, 쿼리, 공백, 점 구간이 없어야 합니다",
                )  # fmt: skip

    def _check_collisions(self, problems: Problems) -> None:
        if not self.paths:
            return
        changed = dict(self.paths)
        targets = {name: (row.method, changed.get(name, row.path)) for name, row in OPERATIONS.items()}
        shared = {target for target, count in Counter(targets.values()).items() if count > 1}
        for name, path in self.paths:
            if targets.get(name) in shared:
                problems.add(
                    f"paths.{name}", path, "unique method and path",
                    "another operation already uses this method and path",
                    "다른 기능이 이미 같은 메서드와 경로를 쓰고 있습니다. 다른 경로를 적어 주세요",
                )  # fmt: skip

    def _check_refusals(self, problems: Problems) -> None:
        for name, rows in self.refusals:
            if name not in OPERATIONS:
                _note_unknown(problems, "refusals", name)
            for index, row in enumerate(rows):
                at = f"refusals.{name}[{index}]"
                if not row.match.strip():
                    problems.add(
                        f"{at}.match", row.match, "not blank",
                        "an empty text would match every answer",
                        "빈 문구는 모든 응답에 해당하게 됩니다. 문구를 적어 주세요",
                    )  # fmt: skip
                if row.verify and row.meaning is not Meaning.ALREADY_DONE:
                    problems.add(
                        f"{at}.verify", str(row.verify), "only with already_done",
                        "only a claim of being done can be verified",
                        "이미 처리됨을 뜻하는 문구만 확인 대상이 됩니다",
                    )  # fmt: skip
                if row.channel is Channel.HTML and row.meaning is not Meaning.MAINTENANCE:
                    problems.add(
                        f"{at}.channel", row.channel.value, "maintenance only",
                        "a page that is not JSON can only mean an outage",
                        "JSON이 아닌 페이지는 장애로만 해석할 수 있습니다",
                    )  # fmt: skip


def _note_unknown(problems: Problems, table: str, name: str) -> None:
    problems.add(
        f"{table}.{name}", name, "known operationId",
        "the contract has no operation of this id",
        "API에 없는 기능 이름입니다. 이름을 확인해 주세요",
    )  # fmt: skip


NO_OVERRIDES = WireOverrides()
"""The contract as it stands."""
