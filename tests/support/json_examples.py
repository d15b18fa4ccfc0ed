"""JSON as bodies of events may have it, and whether bytes are refused as such."""

from hypothesis import strategies as st

from custody.errors import TamperError
from custody.format.encoding import read_canonical

words = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner),
    max_leaves=12,
)
bodies = st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), values, max_size=6)


def refused(data: bytes) -> bool:
    try:
        read_canonical(data)
    except TamperError:
        return True
    return False
