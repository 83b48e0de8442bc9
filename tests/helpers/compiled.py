"""Kernel functions as C functions, cached as the kernel's units are."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from numba import types

from adaptive.kernel.compile.build import compiled, hash_of
from adaptive.kernel.compile.cache import UnitFile


@lru_cache(maxsize=64)
def as_c(function: Callable[..., None], *kinds: Any) -> Any:
    """A function of int64 arguments, or of those `kinds`, that returns nothing; as a ctypes function."""
    signature = types.void(*(kinds or [types.int64] * function.__code__.co_argcount))
    name = f"test_{function.__name__}-{hash_of(function, signature)}.unit"
    return compiled(function, signature, UnitFile(name)).ctypes
