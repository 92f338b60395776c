"""Many accounts side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.config._checks import HIDDEN, as_tuple, closest, fold
from wemakeprice_sdk.config.channel import ChannelConfig
from wemakeprice_sdk.errors import ConfigError


def _channels(value: object) -> tuple[ChannelConfig, ...]:
    return cast("tuple[ChannelConfig, ...]", as_tuple(value))


def _seller(config: ChannelConfig) -> str:
    return fold(config.seller_id)


def _store(config: ChannelConfig) -> str:
    return fold(config.store_name)


def _key(config: ChannelConfig) -> str:
    return config.api_key.reveal() if config.api_key else ""


@frozen
class ChannelRegistry:
    """Any number of store accounts (판매채널 목록), one configuration each; frozen, in the order given.

    A seller id or a store name that stands twice is refused, compared without case, width and white space,
    and so is a key that stands twice: one key is one seller account (grade B), and an account run twice
    acts twice.
    Raises `ConfigError` naming both sides of every clash.
    """

    channels: tuple[ChannelConfig, ...] = field(default=(), converter=_channels)

    def __attrs_post_init__(self) -> None:
        """Look for clashes."""
        problems = Problems()
        problems.each("channels", self.channels, ChannelConfig, "ChannelConfig")
        if not problems.found:
            self._find_twice(problems, "seller_id", "판매자 ID가", _seller)
            self._find_twice(problems, "store_name", "스토어명이", _store)
            self._find_twice(problems, "api_key", "인증키가", _key)
        problems.raise_all("ChannelRegistry")

    def _find_twice(
        self, problems: Problems, name: str, korean: str, identity: Callable[[ChannelConfig], str]
    ) -> None:
        first: dict[str, int] = {}
        for index, config in enumerate(self.channels):
            value = identity(config)
            earlier = first.setdefault(value, index) if value else index
            if earlier != index:
                problems.add(
                    f"channels[{index}].{name}",
                    HIDDEN if name == "api_key" else getattr(config, name),
                    "unique",
                    f"the same {name} as channels[{earlier}]",
                    f"{korean} 다른 계정과 같습니다(channels[{earlier}]). 서로 다른 값을 적어 주세요",
                )

    def __iter__(self) -> Iterator[ChannelConfig]:
        """Go through the configurations in order."""
        return iter(self.channels)

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self.channels)

    def __contains__(self, seller_id: object) -> bool:
        """Return whether an account with this seller id is there."""
        return isinstance(seller_id, str) and any(_seller(config) == fold(seller_id) for config in self)

    def get(self, seller_id: str) -> ChannelConfig:
        """Return the configuration of a seller id; raise `KeyError` when there is none."""
        for config in self:
            if _seller(config) == fold(seller_id):
                return config
        raise self._unknown("seller id", seller_id, {config.seller_id for config in self})

    def by_store(self, store_name: str) -> ChannelConfig:
        """Return the configuration with a store name (스토어명); raise `KeyError` when there is none."""
        for config in self:
            if _store(config) == fold(store_name):
                return config
        raise self._unknown("store name", store_name, {config.store_name for config in self})

    def _unknown(self, what: str, wanted: str, known: set[str]) -> KeyError:
        near = closest(wanted, known)
        hint = f"; did you mean {near}?" if near else ""
        return KeyError(f"none of the {len(self)} account(s) has the {what} {wanted!r}{hint}")

    def add(self, config: ChannelConfig) -> ChannelRegistry:
        """Return a registry with one more account; raise `ConfigError` when it clashes with another."""
        check_kind("config", config, ChannelConfig)
        return ChannelRegistry((*self.channels, config))

    def replace(self, config: ChannelConfig) -> ChannelRegistry:
        """Return a registry with the account of that seller id replaced; raise `KeyError` without one."""
        check_kind("config", config, ChannelConfig)
        old = self.get(config.seller_id)
        return ChannelRegistry(tuple(config if known is old else known for known in self))

    def remove(self, seller_id: str) -> ChannelRegistry:
        """Return a registry without one account; raise `KeyError` when there is none."""
        old = self.get(seller_id)
        return ChannelRegistry(tuple(known for known in self if known is not old))


def build_registry(channels: list[ChannelConfig | ConfigError]) -> ChannelRegistry:
    """Make a registry of what was read, raising the faults of all entries together."""
    problems = Problems()
    for index, part in enumerate(channels):
        if isinstance(part, ConfigError):
            problems.take(part.violations, f"channels[{index}]")
    problems.raise_all("ChannelRegistry")
    return ChannelRegistry(tuple(part for part in channels if isinstance(part, ChannelConfig)))
