"""Not measured yet."""

from collections.abc import Iterator

from benchmarks.page import plain as show

__all__ = ["measure_all", "show"]


def measure_all() -> Iterator[dict[str, object]]:
    """Nothing yet."""
    yield from ()
