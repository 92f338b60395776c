"""Our `frozen` does what `attrs.frozen` does, in everything but the time it takes to make a class."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from wemakeprice_sdk._frozen import frozen


def hidden(value: object) -> str:
    return "***" if value else "nothing"


def made(build: Callable[..., Any], **options: Any) -> tuple[Any, Any]:
    """Return a class and one that inherits from it."""

    @build(**options)
    class Parent:
        number: int = 1
        name: str = attrs.field(default="", repr=hidden)
        raw: object = attrs.field(default=None, repr=False, eq=False)
        more: object = attrs.field(default=None, hash=False)

    @build(**options)
    class Child(Parent):
        inner: object = None

    return Parent, Child


OPTIONS = [{}, {"kw_only": True}, {"repr": False}, {"eq": False}, {"slots": False}, {"order": True}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_values_are_compared_hashed_and_shown_alike(options: dict[str, Any]) -> None:
    answers = []
    for parent, child in (made(frozen, **options), made(attrs.frozen, **options)):
        values = [
            parent(),
            parent(number=2),
            parent(name="a"),
            parent(raw=[1]),
            parent(more=[1]),
            child(),
            child(inner=parent()),
        ]
        answers.append(
            [
                [[one == other for other in values] for one in values],
                [[one != other for other in values] for one in values],
                [[hash(one) == hash(other) for other in values] for one in values],
                [repr(one) if options != {"repr": False} else None for one in values],
                [attrs.asdict(one) for one in values],
                [one == copy.deepcopy(one) for one in values],
                parent.__eq__(values[0], values[5]),
                hasattr(parent, "__lt__"),
            ]
        )
    assert answers[0] == answers[1]


def test_what_a_class_has_itself_stays() -> None:
    @frozen
    class Own:
        number: int = 1

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return True

    assert repr(Own()) == "own"
    assert Own() == 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(Own())


def test_an_error_is_equal_to_itself_only() -> None:
    @frozen
    class BrokenError(Exception):
        number: int = 1

    assert BrokenError() != BrokenError()


def test_a_value_inside_itself_is_shown_once() -> None:
    @frozen
    class Loop:
        inside: list[object] = attrs.field(factory=list)

    loop = Loop()
    loop.inside.append(loop)
    assert repr(loop).endswith("Loop(inside=[...])")


@frozen
class Kept:
    number: int = 1


def test_a_value_survives_pickle_and_stays_frozen() -> None:
    assert pickle.loads(pickle.dumps(Kept(5))) == Kept(5)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Kept().number = 2  # type: ignore[misc]
