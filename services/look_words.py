"""The words for what was seen of things and seals, in both languages, and which of them is recorded."""

CONDITION_WORDS = {
    "good": "good",
    "baik": "good",
    "light": "light",
    "ringan": "light",
    "heavy": "heavy",
    "berat": "heavy",
    "wet": "wet",
    "basah": "wet",
    "missing": "missing",
    "hilang": "missing",
    "kurang": "missing",
}

SEAL_WORDS = {
    "intact": "intact",
    "utuh": "intact",
    "broken": "broken",
    "rusak": "broken",
    "lepas": "broken",
    "mismatch": "mismatch",
    "beda": "mismatch",
    "none": "none",
    "kosong": "none",
    "tanpa": "none",
}
"""What a look at seals found, in both languages: who types it need not know which one is set."""
