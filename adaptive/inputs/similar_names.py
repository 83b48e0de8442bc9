"""Suggests the name that was probably meant."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Collection, Iterable
from typing import Any

MOST_NAMED = 8
"""If no name is similar, all names are listed, provided there are at most so many."""


def nearest(name: Any, names: Iterable[str]) -> str:
    """`` (did you mean …?)`` with the most similar name; empty if none is similar."""
    found = most_similar(name[:64], tuple(names)) if isinstance(name, str) else None
    return f" (did you mean {found!r}?)" if found is not None else ""


@functools.lru_cache(maxsize=1024)
def most_similar(name: str, names: tuple[str, ...]) -> str | None:
    """The most similar name, if one is similar.

    It is remembered: a wrong name may come sixty times a second, and among 256 names it takes 20 ms.
    """
    return next(iter(difflib.get_close_matches(name, names, 1)), None)


def nearest_or_all(name: Any, names: Collection[str]) -> str:
    """As `nearest`; if no name is similar and there are few, a list of all."""
    if near := nearest(name, names):
        return near
    return f"; there is {', '.join(sorted(names))}" if 0 < len(names) <= MOST_NAMED else ""
