"""How large the samples of properties are: a tenth in the quick run, all of it in `make test-full`."""

from hypothesis import settings

QUICK, FULL = "quick", "full"
settings.register_profile(QUICK, max_examples=20, deadline=None)
settings.register_profile(FULL, max_examples=200, deadline=None)
settings.load_profile(QUICK)  # `--hypothesis-profile full` comes later and takes its place


def examples(full: int, least: int = 10) -> int:
    """How many examples a property gets of those that a full run gives it; `least` at least."""
    return full if settings.get_current_profile_name() == FULL else min(full, max(full // 10, least))
