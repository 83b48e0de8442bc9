from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.sources.synth_record import INSTRUMENT
from adaptive.kernel.sources.synth_settings import FASTEST_S, EnvelopeSpec, SynthSpec, fill_tone

RATE = 48000


def record() -> np.ndarray:
    return np.zeros(1, INSTRUMENT)


def test_an_attack_reaches_the_top_and_a_release_sixty_decibels_in_their_times() -> None:
    rows = record()
    fill_tone(rows[0], SynthSpec(0, amplitude=EnvelopeSpec(attack_s=0.5, release_s=0.25)), RATE)

    assert rows["attack_rate"][0][0] * 0.5 * RATE == pytest.approx(1.0)
    assert 2.0 ** -(rows["release_rate"][0][0] * 0.25 * RATE) == pytest.approx(1e-3, rel=1e-4)


def test_no_stage_of_an_envelope_is_shorter_than_the_fastest() -> None:
    rows = record()
    fill_tone(rows[0], SynthSpec(0, amplitude=EnvelopeSpec(0.0, 0.0, 1.0, 0.0)), RATE)
    shortest = record()
    fill_tone(shortest[0], SynthSpec(0, amplitude=EnvelopeSpec(FASTEST_S, FASTEST_S, 1.0, FASTEST_S)), RATE)

    assert rows.tobytes() == shortest.tobytes()


@pytest.mark.parametrize("mode", ["low_pass", "band_pass", "high_pass"])
def test_exactly_one_filter_mode_is_on(mode: str) -> None:
    rows = record()
    fill_tone(rows[0], SynthSpec(0, filter_mode=mode), RATE)
    modes = dict(
        zip(
            ("low_pass", "band_pass", "high_pass"),
            (rows[f"filter_{n}"][0] for n in ("low", "band", "high")),
            strict=True,
        )
    )

    assert [name for name, is_on in modes.items() if is_on] == [mode]


def test_another_tone_leaves_bus_voices_and_running_state_alone() -> None:
    rows = record()
    rows["bus"], rows["voice_limit"] = 3, 5
    rows["fade_value"], rows["sounding"] = 0.25, 2
    fill_tone(rows[0], SynthSpec(0, voices=16, cutoff_hz=440.0), RATE)

    assert [rows[name][0] for name in ("bus", "voice_limit", "fade_value", "sounding")] == [3, 5, 0.25, 2]
    assert rows["cutoff_pitch"][0] == pytest.approx(69.0)
