from __future__ import annotations

from dataclasses import dataclass

from adaptive.conductor.tempo.source import TempoTarget, first_target


@dataclass
class Fixed:
    asked: TempoTarget | None

    def target(self, now: int) -> TempoTarget | None:
        return self.asked


def test_the_first_source_that_asks_decides() -> None:
    programme, runner = TempoTarget(150.0, "programme"), TempoTarget(160.0, "parameter")

    assert first_target((Fixed(programme), Fixed(runner)), 0) is programme
    assert first_target((Fixed(None), Fixed(runner)), 0) is runner
    assert first_target((), 0) is None
