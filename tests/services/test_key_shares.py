"""A key in shares: any that are enough make it again, and no others; every way in which shares are wrong."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custody.errors import InputError
from services.access.key_shares import WORDS_A_SHARE, joined, known_words, read_scheme, read_share, split

SEED = bytes(range(32))
SHARES = split(SEED, 2, 3)


@settings(deadline=None, max_examples=8)
@given(st.binary(min_size=32, max_size=32), st.integers(2, 5), st.data())
def test_any_shares_that_are_enough_make_the_secret_again(seed: bytes, needed: int, data: st.DataObject) -> None:
    shares = split(seed, needed, data.draw(st.integers(needed, 7)))
    some = data.draw(st.permutations(shares))
    assert joined(some[:needed]) == joined(some) == joined([*some[:needed], some[0]]) == seed
    with pytest.raises(InputError, match="too few shares"):
        joined([*some[: needed - 1], *some[: needed - 1]])


def test_two_splits_of_one_key_have_no_share_in_common_and_do_not_mix() -> None:
    others = split(SEED, 2, 3)
    assert not set(SHARES) & set(others)
    for one, other in (
        (SHARES[0], others[1]),
        (SHARES[0], split(SEED, 3, 3)[1]),
        (SHARES[0], split(bytes(32), 2, 3)[1]),
    ):
        with pytest.raises(InputError, match="different sets"):
            joined([one, other])


def test_shares_that_only_look_like_one_set_are_refused() -> None:
    """Two sets may have the same number by chance, one of 32,768: the digest inside tells them apart."""
    from dataclasses import replace

    from shamir_mnemonic.share import Share

    own, other = (Share.from_mnemonic(words) for words in (SHARES[0], split(SEED, 2, 3)[1]))
    with pytest.raises(InputError, match="do not fit together"):
        joined([own.mnemonic(), replace(other, identifier=own.identifier).mnemonic()])


@settings(max_examples=60)
@given(st.integers(0, WORDS_A_SHARE - 1), st.integers(0, 2), st.data())
@example(0, 0, None)
def test_a_share_with_one_wrong_word_is_never_taken(at: int, which: int, data: Any) -> None:
    from shamir_mnemonic.wordlist import WORDLIST

    words = SHARES[which].split()
    others = [word for word in WORDLIST if word != words[at]]
    words[at] = others[0] if data is None else data.draw(st.sampled_from(others))
    with pytest.raises(InputError, match=r"does not add up|something else"):
        read_share(" ".join(words))


def test_exchanged_missing_and_unknown_words_are_told() -> None:
    words = SHARES[0].split()
    other = next(at for at, word in enumerate(words) if word != words[0])  # one in 1,024 begins with a word twice
    exchanged = words.copy()
    exchanged[0], exchanged[other] = words[other], words[0]
    with pytest.raises(InputError, match="does not add up"):
        read_share(" ".join(exchanged))
    with pytest.raises(InputError, match="has 33 words, and these are 32"):
        read_share(" ".join(words[:-1]))
    with pytest.raises(InputError, match="word 14, ecademic, is not in the list") as caught:
        known_words("python ecademic", 13)
    assert "academic" in str(caught.value.values["near"])


def test_words_are_taken_as_people_write_them() -> None:
    numbered = "\n".join(f"{at}. {word[:4].upper()}" for at, word in enumerate(SHARES[1].split(), 1))
    assert read_share(numbered) == SHARES[1]


@pytest.mark.parametrize("text", ["1of1", "1of3", "3of2", "2of17", "0of0", "two", "", "2of", "22of33"])
def test_a_scheme_that_guards_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="how many shares"):
        read_scheme(text)
    assert read_scheme("2 dari 3") == read_scheme("2of3") == (2, 3)
