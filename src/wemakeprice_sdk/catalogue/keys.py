"""What tells products and options apart: keys that stay the same in every form, and codes that do not."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.model import CatalogueProduct, VariantAxis
from wemakeprice_sdk.policy.derived import option_words

_DIGEST_LENGTH: Final = 12


@frozen(kw_only=True)
class OptionSpelling:
    """How a source spells one option: its values in order, and what else tells it apart."""

    values: tuple[str, ...]
    seller_code: str | None = None
    option_no: int | None = None


def variant_keys(options: Sequence[OptionSpelling]) -> tuple[str, ...]:
    """Return the key of each option of one product: twelve hexadecimal digits of what its values say.

    An export spells the values in one text (`색상:빨강/사이즈:M`), the API in levels (`빨강`, `M`): both give
    the same key, as titles, blanks and separators do not count. Options that say the same are told apart by
    seller code, else by option number, then by their exact text. [C]
    """
    spelled = without_titles(["/".join(option.values) for option in options])
    words = [option_words(text) or text for text in spelled]
    words = _apart(words, [option_words(_other_name(option)) for option in options])
    words = _apart(words, [unicodedata.normalize("NFKC", text) for text in spelled])
    words = _apart(words, [str(place) for place in range(len(words))])
    return tuple(sha256(word.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH] for word in words)


def _other_name(option: OptionSpelling) -> str:
    return option.seller_code or str(option.option_no or "")


def _apart(words: Sequence[str], more: Iterable[str]) -> list[str]:
    """Add what else is known to those words that stand more than once."""
    count = Counter(words)
    return [word + other if count[word] > 1 else word for word, other in zip(words, more, strict=True)]


_TITLE: Final = re.compile(r"(?:^|(?<=[/,;|\n]))\s*([^\W\d_][^:/,;|\n]*?)\s*[:：](?=[^:：]*\S)")


def without_titles(texts: Sequence[str]) -> list[str]:
    """Return the texts of a product's options without titles: what stands before a colon in all of them.

    A title has no digit at its start, so that a ratio (1:2) is none.
    """
    left = list(texts)
    while titles := _common_titles(left):
        left = [_TITLE.sub(lambda match: "" if match[1] in titles else match[0], text) for text in left]
    return left


def _common_titles(texts: Sequence[str]) -> set[str]:
    found = [_TITLE.findall(text) for text in texts]
    if not found or not all(_TITLE.match(text) for text in texts):
        return set()
    return set(found[0]).intersection(*found[1:])


def titled_axes(texts: Sequence[str]) -> list[tuple[VariantAxis, ...]]:
    """Return the axes of options that a source spells in one text each.

    Texts that name the same titles (`색상:빨강/사이즈:M`) are taken apart at them. Any other text is one axis
    without a title: where one value ends and the next begins would be a guess.
    """
    titles = _common_titles(texts)
    cut = [list(_TITLE.finditer(text)) for text in texts]
    same = {tuple(match[1] for match in found) for found in cut}
    if not titles or len(same) != 1 or len(next(iter(same))) != len(titles):
        return [(VariantAxis(value=text),) for text in texts]
    return [tuple(_axes(text, found)) for text, found in zip(texts, cut, strict=True)]


def _axes(text: str, found: Sequence[re.Match[str]]) -> Iterator[VariantAxis]:
    ends = [*(match.start() for match in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=True):
        yield VariantAxis(name=match[1], value=text[match.end() : end].strip(" /,;|\n\t"))


@frozen(kw_only=True)
class DuplicateCode:
    """One seller code that several things bear (중복 업체코드)."""

    code: str
    ids: tuple[str, ...]
    """Ids of the products or options, in the order they came in."""


def duplicate_codes(products: Iterable[CatalogueProduct]) -> tuple[DuplicateCode, ...]:
    """Return the seller codes that more than one thing to be bought bears, in the order of the codes.

    What can be bought is an option, or a product without options. Reads the products once and keeps the
    codes with their ids.
    """
    bearers: dict[str, list[str]] = {}
    for product in products:
        if not product.variants and product.seller_code:
            bearers.setdefault(product.seller_code, []).append(product.id)
        for variant in product.variants:
            if variant.seller_code:
                bearers.setdefault(variant.seller_code, []).append(product.variant_id(variant))
    return tuple(
        DuplicateCode(code=code, ids=tuple(ids)) for code, ids in sorted(bearers.items()) if len(ids) > 1
    )
