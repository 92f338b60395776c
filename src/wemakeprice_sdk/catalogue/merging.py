"""One product out of several sources: a named winner for every field, and every contradiction listed.

The order in which sources come in changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from itertools import chain
from typing import Any, Final, Protocol, TypeVar, cast

from attrs import AttrsInstance, asdict, evolve, field, fields, has

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.model import (
    VALUE_FIELDS,
    VARIANT_FIELDS,
    CatalogueImage,
    CataloguePlace,
    CatalogueProduct,
    CatalogueVariant,
    Origin,
    Provenance,
    ShippingTerms,
    SourceKind,
)
from wemakeprice_sdk.catalogue.sources import RefusedRow, SourcedProduct, is_said
from wemakeprice_sdk.checks import Problems, check_items, check_kind, shown
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models.tables import Report

T = TypeVar("T")
_UNKNOWN: Final = Provenance(kind=SourceKind.EXCEL)
_LONG_AGO: Final = datetime(1, 1, 2, tzinfo=UTC)
_PARTED: Final[Mapping[str, type[ShippingTerms | Origin]]] = {"shipping": ShippingTerms, "origin": Origin}
"""Fields whose parts come from different sources: an export names the template, the API its fees."""

MERGED_FIELDS: Final = frozenset(
    (
        *(name for name in VALUE_FIELDS if name not in _PARTED),
        *(f"{name}.{part.name}" for name, kind in _PARTED.items() for part in fields(kind)),
        "variants",
        *(f"variants.{name}" for name in VARIANT_FIELDS),
    )
)
"""The names that `MergePolicy.fields` takes."""


class MergeRule(Enum):
    """What decides first between two sources that say different things."""

    KIND = "kind"
    """The kind of the source, then the later time."""

    NEWEST = "newest"
    """The later time, then the kind of the source; a source without a time comes last."""


@frozen(kw_only=True)
class MergePolicy:
    """Which source wins. `order` names the kinds from the strongest; a kind it leaves out comes after them.

    `fields` holds an order of its own for single fields (`{"stock": (SourceKind.EXCEL, …)}`); names are those
    of `MERGED_FIELDS`. Raise `ConfigError` for an unknown field, a kind twice, all faults at once.
    """

    order: tuple[SourceKind, ...] = (
        SourceKind.EDITED,
        SourceKind.API,
        SourceKind.LEDGER,
        SourceKind.ARCHIVE,
        SourceKind.EXCEL,
    )
    rule: MergeRule = MergeRule.KIND
    fields: Mapping[str, tuple[SourceKind, ...]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        check_kind("rule", self.rule, MergeRule)
        check_kind("fields", self.fields, Mapping)
        problems = Problems()
        orders: dict[str, object] = {"order": self.order}
        orders |= {f"fields.{name}": order for name, order in self.fields.items()}
        for path, order in orders.items():
            problems.each(path, order, SourceKind, "SourceKind")
            if isinstance(order, tuple) and len(set(order)) != len(order):
                problems.add(path, order, "each once", "names a kind twice", "같은 종류를 두 번 적었습니다")
        for name in self.fields:
            problems.require(
                name in MERGED_FIELDS,
                f"fields.{name}",
                name,
                "a field of the catalogue",
                "is no field that is merged; see MERGED_FIELDS",
                "카탈로그에 없는 항목입니다. 항목 이름을 확인해 주세요",
            )
        problems.raise_all("merge policy", ConfigError)

    def rank(self, name: str, source: Provenance) -> tuple[object, ...]:
        """Return the place of a source for a field; the smallest wins."""
        order = (*self.fields.get(name, ()), *self.order, *SourceKind)
        age = _LONG_AGO - (source.at or _LONG_AGO)
        places = (source.file, source.sha256, source.sheet, source.row, source.operation, source.record)
        first = (order.index(source.kind), age)
        # A field with an order of its own is decided by it, whatever the rule.
        by_kind = self.rule is MergeRule.KIND or name in self.fields
        return (*(first if by_kind else first[::-1]), *places)


@frozen(kw_only=True)
class StatedValue:
    """What one source says: the value as short text (addresses as `***`), and the source."""

    text: str
    source: Provenance


@frozen(kw_only=True)
class Contradiction:
    """Sources that say different things of one field. `id` is that of the product or option.

    Under `variants`, `kept` is empty: an option that only the `dropped` sources know.
    """

    id: str
    field: str
    kept: StatedValue
    dropped: tuple[StatedValue, ...]


@frozen(kw_only=True)
class MergedProduct:
    """One product, and everything its sources do not agree on."""

    product: CatalogueProduct
    contradictions: tuple[Contradiction, ...] = ()


@frozen
class _Candidate:
    value: Any
    source: Provenance


def merge_product(products: Sequence[CatalogueProduct], policy: MergePolicy | None = None) -> MergedProduct:
    """Return one product out of several forms of it, which have the same `product_no`.

    An empty value never beats one that is there. The winner's list of options decides which options exist;
    the fields of an option are merged one by one. The stock of a product with options becomes their sum where
    all of them say theirs. Raise `ValueError` for no product or several numbers.
    """
    check_kind("policy", policy, MergePolicy, optional=True)
    check_items("products", products)
    if len({product.product_no for product in products}) != 1:
        raise ValueError("products takes one or more forms of a single product")
    merging = _Merging(products[0].id, policy or MergePolicy())
    return MergedProduct(product=merging.product(products), contradictions=tuple(merging.found))


class _Merging:
    """The merging of one product; contradictions are noted as they are met."""

    def __init__(self, product_id: str, policy: MergePolicy) -> None:
        self._id = product_id
        self._policy = policy
        self._ranks: dict[tuple[str, Provenance], tuple[object, ...]] = {}
        self.found: list[Contradiction] = []

    def product(self, products: Sequence[CatalogueProduct]) -> CatalogueProduct:
        provenance: dict[str, Provenance] = {}
        variants = self._variants(products, provenance)
        values: dict[str, Any] = {}
        for name in VALUE_FIELDS:
            candidates = _candidates(products, name)
            if name in _PARTED:
                values[name] = self._parts(name, candidates, provenance)
            elif winner := self._winner(
                self._id, name, name, candidates, quiet=name == "stock" and bool(variants)
            ):
                values[name] = winner.value
                provenance[name] = winner.source
        values["images"] = _with_files(values.get("images", ()), products)
        values["stock"] = _stock(variants, values.get("stock"))
        faults = sorted({fault for product in products for fault in product.faults}, key=_spelled)
        return CatalogueProduct(
            product_no=products[0].product_no,
            variants=variants,
            provenance=provenance,
            faults=tuple(faults),
            **values,
        )

    def _winner(
        self, thing: str, name: str, path: str, candidates: Sequence[_Candidate], *, quiet: bool = False
    ) -> _Candidate | None:
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        first = self._first(path, candidates)
        value = _compared(first.value)
        others = [one for one in candidates if _compared(one.value) != value]
        if others and not quiet:
            self._note(thing, name, first, self._ranked(path, others))
        return first

    def _first(self, path: str, candidates: Sequence[_Candidate]) -> _Candidate:
        best = min(self._rank(path, one.source) for one in candidates)
        same = [one for one in candidates if self._rank(path, one.source) == best]
        if all(one.value == same[0].value for one in same):
            return same[0]
        return min(same, key=lambda one: _spelled(one.value))

    def _ranked(self, path: str, candidates: Iterable[_Candidate]) -> list[_Candidate]:
        return sorted(candidates, key=lambda one: (self._rank(path, one.source), _spelled(one.value)))

    def _rank(self, path: str, source: Provenance) -> tuple[object, ...]:
        # Most fields have no order of their own, and a product has few sources.
        key = (path if path in self._policy.fields else "", source)
        if key not in self._ranks:
            self._ranks[key] = self._policy.rank(path, source)
        return self._ranks[key]

    def _note(self, thing: str, name: str, kept: _Candidate, dropped: Iterable[_Candidate]) -> None:
        stated = dict.fromkeys(_stated(one) for one in dropped)
        self.found.append(Contradiction(id=thing, field=name, kept=_stated(kept), dropped=tuple(stated)))

    def _parts(
        self, name: str, candidates: Sequence[_Candidate], provenance: dict[str, Provenance]
    ) -> ShippingTerms | Origin | None:
        values: dict[str, Any] = {}
        sources: dict[str, Provenance] = {}
        for part in fields(_PARTED[name]):
            path = f"{name}.{part.name}"
            said = [_Candidate(getattr(one.value, part.name), one.source) for one in candidates]
            winner = self._winner(self._id, path, path, [one for one in said if is_said(one.value)])
            if winner is not None:
                values[part.name] = winner.value
                sources[path] = winner.source
        if not values:
            return None
        main, _ = Counter(sources.values()).most_common(1)[0]
        provenance[name] = main
        provenance.update({path: source for path, source in sources.items() if source != main})
        return _PARTED[name](**values)

    def _variants(
        self, products: Sequence[CatalogueProduct], provenance: dict[str, Provenance]
    ) -> tuple[CatalogueVariant, ...]:
        listed = [
            _Candidate(product.variants, product.provenance.get("variants", _UNKNOWN))
            for product in products
            if product.variants or "variants" in product.provenance
        ]
        lists = [one for one in listed if one.value] or listed
        if not lists:
            return ()
        winner = self._first("variants", lists)
        provenance["variants"] = winner.source
        self._note_lists(winner, listed)
        same: dict[str, list[CatalogueVariant]] = {}
        for variant in chain.from_iterable(one.value for one in lists):
            same.setdefault(variant.key, []).append(variant)
        return tuple(self._variant(same[variant.key]) for variant in winner.value)

    def _note_lists(self, winner: _Candidate, listed: Iterable[_Candidate]) -> None:
        kept = {variant.key for variant in winner.value}
        empty = [_Candidate("", other.source) for other in listed if kept and not other.value]
        if empty:
            all_of_them = _Candidate(f"{len(kept)} options", winner.source)
            self._note(self._id, "variants", all_of_them, self._ranked("variants", empty))
        elsewhere: dict[str, list[_Candidate]] = {}
        for other in listed:
            for variant in other.value:
                if variant.key not in kept:
                    elsewhere.setdefault(variant.key, []).append(_Candidate(variant.label, other.source))
        for key in sorted(elsewhere):
            others = self._ranked("variants", elsewhere[key])
            self._note(f"{self._id}-{key}", "variants", _Candidate("", winner.source), others)

    def _variant(self, variants: Sequence[CatalogueVariant]) -> CatalogueVariant:
        key = variants[0].key
        values: dict[str, Any] = {}
        provenance: dict[str, Provenance] = {}
        for name in VARIANT_FIELDS:
            candidates = _candidates(variants, name)
            # One source spells all levels in one text, another apart: the key says that they mean the same.
            quiet = name == "axes"
            winner = self._winner(f"{self._id}-{key}", name, f"variants.{name}", candidates, quiet=quiet)
            if winner is not None:
                values[name] = winner.value
                provenance[name] = winner.source
        return CatalogueVariant(key=key, provenance=provenance, **values)


def _candidates(things: Iterable[CatalogueProduct | CatalogueVariant], name: str) -> list[_Candidate]:
    return [
        _Candidate(value, thing.provenance.get(name, _UNKNOWN))
        for thing in things
        if is_said(value := getattr(thing, name))
    ]


def _spelled(value: object) -> str:
    """Return everything a value holds as text, to bring equal ranks into one order."""
    if has(type(value)):
        return repr(asdict(cast("AttrsInstance", value), recurse=True))
    return repr([_spelled(one) for one in value]) if isinstance(value, tuple) else repr(value)


def _compared(value: object) -> object:
    """Return what makes two values the same: of a picture its address and place, not what a fetch added."""
    if isinstance(value, tuple) and value and isinstance(value[0], CatalogueImage):
        return tuple((image.url, image.role, image.position) for image in value)
    return value


def _stated(candidate: _Candidate) -> StatedValue:
    value = candidate.value
    if isinstance(value, CataloguePlace):
        return StatedValue(text="***", source=candidate.source)
    if isinstance(value, tuple):
        value = " | ".join(str(getattr(one, "url", one)) for one in value)
    return StatedValue(text=shown(str(value)), source=candidate.source)


def _with_files(
    images: tuple[CatalogueImage, ...], products: Iterable[CatalogueProduct]
) -> tuple[CatalogueImage, ...]:
    """Keep what a fetch found out about an address, whichever source carries it."""
    fetched: dict[str, CatalogueImage] = {}
    known = [image for product in products for image in product.images if image.sha256]
    for image in sorted(known, key=_spelled):
        fetched[image.url] = image
    return tuple(
        evolve(fetched[image.url], role=image.role, position=image.position)
        if image.url in fetched and not image.sha256
        else image
        for image in images
    )


def _stock(variants: Sequence[CatalogueVariant], stated: int | None) -> int | None:
    known = [variant.stock for variant in variants if variant.stock is not None]
    return sum(known) if known and len(known) == len(variants) else stated


class CatalogueShelf(Protocol):
    """Keeps products until all forms of each are there."""

    def put(self, product: CatalogueProduct) -> None:
        """Keep a product."""
        ...

    def groups(self) -> Iterator[Sequence[CatalogueProduct]]:
        """Yield the forms of each product together, by product number; any number of times."""
        ...


class MemoryShelf:
    """A shelf in memory."""

    def __init__(self) -> None:
        self._products: dict[int, list[CatalogueProduct]] = {}

    def put(self, product: CatalogueProduct) -> None:
        """Keep a product."""
        check_kind("product", product, CatalogueProduct)
        self._products.setdefault(product.product_no, []).append(product)

    def groups(self) -> Iterator[Sequence[CatalogueProduct]]:
        """Yield the forms of each product together, by product number."""
        for number in sorted(self._products):
            yield self._products[number]


@frozen(kw_only=True)
class CatalogueMerge(Report):
    """The merged catalogue, by product number; it can be gone through any number of times.

    `taken` counts what the sources gave: every one is part of a product or stands in `refused`.
    """

    taken: int
    refused: tuple[RefusedRow, ...]
    _policy: MergePolicy = field(alias="policy", repr=False)
    _shelf: CatalogueShelf = field(alias="shelf", repr=False)

    def __iter__(self) -> Iterator[MergedProduct]:
        """Yield every product with its contradictions."""
        return (merge_product(forms, self._policy) for forms in self._shelf.groups())

    def products(self) -> Iterator[CatalogueProduct]:
        """Yield every product."""
        return (merged.product for merged in self)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield everything the sources do not agree on."""
        for merged in self:
            yield from merged.contradictions


def merge_catalogue(
    *sources: Iterable[SourcedProduct],
    policy: MergePolicy | None = None,
    shelf: CatalogueShelf | None = None,
    progress: Callable[[int], None] | None = None,
) -> CatalogueMerge:
    """Read all sources and return the merged catalogue; their order changes nothing.

    `shelf` keeps the products meanwhile: in memory, or in a file for a large catalogue (`catalogue.io`).
    `progress` is called with the number of rows read so far, every 1,000 rows.
    """
    check_kind("policy", policy, MergePolicy, optional=True)
    check_kind("shelf", shelf, CatalogueShelf, optional=True)
    kept = shelf or MemoryShelf()
    refused: list[RefusedRow] = []
    taken = 0
    for one in chain.from_iterable(sources):
        taken += 1
        if isinstance(one, RefusedRow):
            refused.append(one)
        else:
            check_kind("sources", one, CatalogueProduct, RefusedRow)
            kept.put(one)
        if progress is not None and taken % 1_000 == 0:
            progress(taken)
    refused.sort(key=_spelled)
    return CatalogueMerge(taken=taken, refused=tuple(refused), policy=policy or MergePolicy(), shelf=kept)
