from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

import adaptive

RATE = 48000


def line(kind: str, t: float, **more: object) -> dict[str, object]:
    return {"kind": kind, "t": t, "frame": round(t * RATE), "position": "1.1.0", "reason": "", **more}


def take_of(log: list[dict[str, object]], frames: int = RATE) -> adaptive.Take:
    return adaptive.Take(np.zeros((frames, 2), np.float32), RATE, tuple(log), "Test", 1)


def test_sections_are_those_that_began_not_those_that_were_planned() -> None:
    log = [
        line("transition", 0.0, source=None, target="a"),
        line("transition", 0.5, target="b", status="planned"),
        line("transition", 0.5, target="b", status="cancelled"),
        line("transition", 0.6, target="c", status="held"),
        line("transition", 0.75, target=None, status="planned"),
        line("transition", 9.0, target="d", status="planned"),
    ]

    assert take_of(log).sections == ((0.0, "a"), (0.75, ""))
    assert repr(take_of(log)) == "<take: Test, 1.0 s, seed 1, a → silence>"


def test_notes_are_in_the_order_in_which_they_sound() -> None:
    more = {"layer": "lead", "midi": 60, "velocity": 0.5, "duration": "1/2"}
    log = [
        line("note", 0.5, pitch="D4", onset="1", **more),
        line("layer", 0.2),
        line("note", 0.25, pitch="C4", onset="1/3", **more),
    ]
    notes = take_of(log).notes

    assert [note.pitch for note in notes] == ["C4", "D4"]
    assert (notes[0].onset_beats, notes[0].duration_beats, notes[0].seconds) == (
        Fraction(1, 3),
        Fraction(1, 2),
        0.25,
    )


def test_it_is_saved_with_its_credits(tmp_path: Path) -> None:
    audio = (0.5 * np.sin(np.arange(RATE // 10) / 7.0)[:, None] * np.ones((1, 2))).astype(np.float32)
    take = adaptive.Take(audio, RATE, (), "Test", 1, credits={"title": "Test", "artist": "We"})
    kept = take.save(tmp_path / "new" / "out.flac")
    with soundfile.SoundFile(kept) as file:
        read, tags = file.read(dtype="float32"), file.copy_metadata()

    assert np.abs(read - audio).max() < 2.0**-22
    assert tags["title"] == "Test"
    with pytest.raises(adaptive.InputError, match=r"must end in .wav, .flac or .ogg"):
        take.save(tmp_path / "out.mp3")


def test_its_notes_are_saved_as_midi(tmp_path: Path) -> None:
    take = adaptive.render("nightfall", seconds=2, seed=1)
    saved = take.save(tmp_path / "new" / "out.mid")

    assert saved.read_bytes()[:4] == b"MThd"
    assert saved.read_bytes() == take.midi
    with pytest.raises(adaptive.InputError, match="Test has no generated layer, so there are no notes"):
        take_of([]).save(tmp_path / "none.mid")
