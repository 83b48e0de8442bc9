"""Counts the bars that generators did not write, for one sentence about each layer."""

from __future__ import annotations

from adaptive.conductor.log import Line


class MissingBars:
    """Listens to the decision log of a render."""

    def __init__(self) -> None:
        self._layers: dict[str, list[str]] = {}

    def hear(self, line: Line) -> None:
        """Take note of a line of the log."""
        if line["kind"] == "bar" and line["status"] == "missing":
            self._layers.setdefault(line["layer"], []).append(line["reason"])

    def sentences(self) -> list[str]:
        """One sentence for each layer that went on without its generator."""
        return [
            f"{layer} went on without its generator for {len(reasons)} "
            f"bar{'s' if len(reasons) > 1 else ''}: {reasons[0]}"
            for layer, reasons in self._layers.items()
        ]
