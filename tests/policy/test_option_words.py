"""What two spellings of one option have in common (규칙 3.6, 5.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.policy.derived import option_words

VALUES = st.lists(
    st.sampled_from(["빨강", "M", "M+", "1.5m", "-1.00", "+1.00", "100%"]), min_size=1, max_size=4
)
SEPARATORS = st.sampled_from(["/", " / ", ",", ", ", " | ", " - ", "_", ":", "\n"])


@given(VALUES, SEPARATORS)
def test_an_option_is_the_same_whatever_separates_its_values(values: list[str], separator: str) -> None:
    assert option_words(separator.join(values)) == option_words(*values)


@pytest.mark.parametrize(
    ("one", "other"),
    [("M", "M+"), ("1.5m", "15m"), ("-1.00", "+1.00"), ("-1.00", "1.00"), ("10%", "10"), ("M", "L")],
)
def test_a_sign_that_makes_another_size_keeps_options_apart(one: str, other: str) -> None:
    assert option_words("빨강", one) != option_words("빨강", other)
