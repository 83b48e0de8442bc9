from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

import adaptive
from adaptive.composer import registry

PRESET = """
schema = 1
name = "Own"
tempo_bpm = 120
key = "C major"
[layers.mine]
generator = "test_steps"
style = "down"
[sections.a]
layers = ["mine"]
length_bars = 4
chords = ["C"]
"""


@pytest.fixture
def steps() -> Iterator[object]:
    @adaptive.register_generator("test_steps", styles=("up", "down"), instrument="bell")
    def steps(context: adaptive.BarContext) -> adaptive.WrittenBar:
        count = context.memory.get("count", 0)
        midi = 60 + count if context.style == "up" else 60 - count
        note = adaptive.Note(Fraction(0), Fraction(1), "C4", midi, 0.8)
        return adaptive.WrittenBar((note,), {"count": count + 1})

    yield steps
    del registry._REGISTERED["test_steps"]


@pytest.mark.usefixtures("steps")
def test_a_registered_generator_writes_the_notes_of_a_preset(tmp_path: Path) -> None:
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    take = adaptive.render(tmp_path, 5.0, ending="cut")

    assert [note.midi for note in take.notes] == [60, 59, 58]
    assert [note.seconds for note in take.notes] == pytest.approx([0.0, 2.0, 4.0], abs=0.001)
    assert abs(take.audio).max() > 0.01


def test_a_style_that_it_does_not_have_is_a_fault_of_the_preset(steps: object, tmp_path: Path) -> None:
    (tmp_path / "preset.toml").write_text(PRESET.replace('"down"', '"downn"'), encoding="utf-8")
    with pytest.raises(adaptive.PresetError, match="down"):
        adaptive.load(tmp_path)


@pytest.mark.usefixtures("steps")
def test_a_name_is_taken_once_unless_it_is_replaced() -> None:
    def other(context: adaptive.BarContext) -> adaptive.WrittenBar:
        return adaptive.WrittenBar(())

    with pytest.raises(adaptive.InputError, match="there is a generator 'test_steps' already"):
        adaptive.register_generator("test_steps")(other)
    assert adaptive.register_generator("test_steps", replace=True)(other) is other
    for name, sentence in (("Pad!", "consists of small letters"), ("pad", "built-in generator")):
        with pytest.raises(adaptive.InputError, match=sentence):
            adaptive.register_generator(name)(other)
    with pytest.raises(adaptive.InputError, match="needs styles"):
        adaptive.register_generator("test_none", styles=())(other)
    with pytest.raises(adaptive.InputError, match="must be a function"):
        adaptive.register_generator("test_none")(3)  # type: ignore[arg-type]


def test_a_generator_that_fails_is_told_in_the_remarks_of_a_render(tmp_path: Path) -> None:
    @adaptive.register_generator("test_steps", styles=("up", "down"))
    def broken(context: adaptive.BarContext) -> adaptive.WrittenBar:
        raise ZeroDivisionError(f"bar {context.bar}")

    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    try:
        take = adaptive.render(tmp_path, seconds=3)
    finally:
        del registry._REGISTERED["test_steps"]

    (remark,) = take.remarks
    assert remark.startswith("mine went on without its generator for ")
    assert "ZeroDivisionError" in remark or "bar 0" in remark
