"""`attrs.frozen` with `==`, `hash` and `repr` that are written once instead of compiled for each class.

attrs writes those methods as source and compiles them when a module is imported. With the 450 classes behind
a runner that is a quarter of the time it takes to import one. Type checkers see `attrs.frozen` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 - read from here by everyone
else:
    from functools import cache
    from operator import attrgetter
    from reprlib import recursive_repr

    import attrs

    def frozen(cls=None, **options):
        """Build a frozen class, as `attrs.frozen` does with the same options."""

        def build(kind):
            # attrs leaves alone what a class has itself.
            own = vars(kind)
            if not issubclass(kind, BaseException) and "order" not in options:
                if options.get("repr", True) and "__repr__" not in own:
                    kind.__repr__ = _repr
                if options.get("eq", True) and "__eq__" not in own:
                    kind.__eq__ = _eq
                    if "__hash__" not in own:
                        kind.__hash__ = _hash
            return attrs.frozen(kind, **options)

        return build if cls is None else build(cls)

    @cache
    def _compared(cls):
        return _values([field.name for field in attrs.fields(cls) if field.eq])

    @cache
    def _hashed(cls):
        fields = attrs.fields(cls)
        return _values([field.name for field in fields if (field.eq if field.hash is None else field.hash)])

    def _values(names):
        return attrgetter(*names) if names else lambda _: ()

    def _eq(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        compared = _compared(self.__class__)
        return compared(self) == compared(other)

    def _hash(self):
        return hash((self.__class__, _hashed(self.__class__)(self)))

    @cache
    def _shown(cls):
        fields = [field for field in attrs.fields(cls) if field.repr]
        return [(field.name, repr if field.repr is True else field.repr) for field in fields]

    @recursive_repr("...")
    def _repr(self):
        cls = self.__class__
        values = (f"{name}={show(getattr(self, name, attrs.NOTHING))}" for name, show in _shown(cls))
        return f"{cls.__qualname__.rpartition('>.')[2]}({', '.join(values)})"
