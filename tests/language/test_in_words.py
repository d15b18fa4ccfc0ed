"""Numbers and dates in words, as an official letter has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import language
from language.in_words import in_words, long_date

INDONESIAN = {
    0: "nol",
    1: "satu",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    19: "sembilan belas",
    20: "dua puluh",
    21: "dua puluh satu",
    99: "sembilan puluh sembilan",
    100: "seratus",
    101: "seratus satu",
    110: "seratus sepuluh",
    111: "seratus sebelas",
    200: "dua ratus",
    999: "sembilan ratus sembilan puluh sembilan",
    1000: "seribu",
    1001: "seribu satu",
    1100: "seribu seratus",
    1945: "seribu sembilan ratus empat puluh lima",
    2000: "dua ribu",
    2024: "dua ribu dua puluh empat",
    10_000: "sepuluh ribu",
    11_375: "sebelas ribu tiga ratus tujuh puluh lima",
    100_000: "seratus ribu",
    101_001: "seratus satu ribu satu",
    1_000_000: "satu juta",
    1_001_000: "satu juta seribu",
    24_364_423: "dua puluh empat juta tiga ratus enam puluh empat ribu empat ratus dua puluh tiga",
    1_000_000_000: "satu miliar",
    10**12: "satu triliun",
}
ENGLISH = {
    0: "zero",
    13: "thirteen",
    40: "forty",
    42: "forty-two",
    100: "one hundred",
    1000: "one thousand",
    2024: "two thousand twenty-four",
    25_025: "twenty-five thousand twenty-five",
    10**6: "one million",
}
PLAIN = "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas"
VALUES = {word: value for value, word in enumerate(PLAIN.split())}


@pytest.fixture(autouse=True)
def indonesian():
    language.use("id")
    yield
    language.use("en")


def value_of(words: str) -> int:
    """The number that Indonesian words say, read from left to right by somebody who knows only the plain words."""
    total = group = 0
    last = 0
    for word in words.replace("seratus", "satu ratus").replace("seribu", "satu ribu").split():
        match word:
            case "puluh" | "belas":
                group += last * 10 if word == "puluh" else 10 + last
                last = 0
            case "ratus":
                group += last * 100
                last = 0
            case "ribu" | "juta" | "miliar" | "triliun":
                total += (group + last) * {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}[word]
                group = last = 0
            case _:
                last = VALUES[word]
                if last > 9:
                    group, last = group + last, 0
    return total + group + last


@pytest.mark.parametrize(("value", "words"), INDONESIAN.items())
def test_an_indonesian_number_reads_as_people_say_it(value, words):
    assert in_words(value) == words


@pytest.mark.parametrize(("value", "words"), ENGLISH.items())
def test_an_english_number_reads_as_people_say_it(value, words):
    language.use("en")
    assert in_words(value) == words


@given(st.integers(0, 10**15 - 1))
def test_the_words_say_that_number_and_no_other(number):
    language.use("id")
    assert value_of(in_words(number)) == number


@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_two_numbers_never_share_their_english_words(one, other):
    language.use("en")
    assert (in_words(one) == in_words(other)) == (one == other)


@pytest.mark.parametrize("number", [-1, 10**15])
def test_a_number_that_no_letter_has_is_refused(number):
    with pytest.raises(ValueError, match=str(number)):
        in_words(number)


def test_the_day_is_that_of_the_place_and_not_of_london():
    told = long_date("2024-02-13T22:40:00Z", "51.08")
    assert (told.weekday, told.date, told.clock) == ("Rabu", "14 Februari 2024", "06.40 WITA")
    assert (in_words(told.day), in_words(told.year)) == ("empat belas", "dua ribu dua puluh empat")
    assert long_date("2024-02-13T22:40:00Z", "91.01").clock == "07.40 WIT"
    language.use("en")
    assert long_date("2024-02-13T22:40:00Z", "51.08").weekday == "Wednesday"


def test_what_is_no_time_has_no_date():
    assert long_date("soon", "51.08") is None
