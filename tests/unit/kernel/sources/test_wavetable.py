from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.kernel.sources.registry import SOURCES
from adaptive.kernel.sources.wave_bank import HARMONICS, LEVEL, samples_of, spectra_of, wave_bank
from adaptive.kernel.sources.wave_tables import TABLES, factory_table
from tests.helpers import sources
from tests.helpers.rendering import LEAD, buses_of


@pytest.mark.parametrize("table", TABLES)
def test_no_table_has_an_alias_that_is_heard(table: str) -> None:
    for hertz, limit in ((1760.0, -70.0), (7040.0, -60.0)):
        audio = sources.played(
            "wavetable", 30000, [(0, sources.pitch(hertz), 1.0, 0)], table=table, position=0.8
        )

        assert sources.loudest_alias_db(audio[0, 2000:], hertz) < limit


def test_a_bank_holds_the_harmonics_that_it_was_made_of_at_each_limit() -> None:
    at = np.arange(2048) / 2048
    cycle = np.sin(2 * np.pi * at) + 0.5 * np.sin(2 * np.pi * 9 * at + 0.3)
    bank = wave_bank(spectra_of(cycle, 2048))

    assert bank.cycles == 2
    for limit, (first, harmonics) in enumerate(zip(bank.first, HARMONICS, strict=True)):
        found = np.abs(spectra_of(bank.data[first + 1 :], samples_of(limit))[0])
        kept = np.flatnonzero(found > 1e-4) + 1

        assert list(kept) == ([1, 9] if harmonics >= 9 else [1])
        assert found[0] == pytest.approx(LEVEL * np.sqrt(2 / 1.25), rel=0.001)


def test_factory_tables_are_as_loud_as_each_other() -> None:
    for name in TABLES:
        bank = factory_table(name)
        powers = [np.mean(bank.data[at : at + samples_of(0)] ** 2) for at in (0, 15 * (samples_of(0) + 4))]

        assert np.isfinite(bank.data).all()
        assert np.sqrt(powers) == pytest.approx(LEVEL, rel=0.05)


def test_unison_is_wide_and_stays_in_mono() -> None:
    for unison in (2.0, 4.0, 7.0):
        audio = sources.played(
            "wavetable", 90000, [(0, 60.0, 0.7, 0)], table="bowed", unison=unison, detune_cents=14.0,
            spread=0.0,
        )  # fmt: skip
        left, right = audio[:, 20000:]
        power = 0.5 * (np.mean(left**2) + np.mean(right**2))

        assert np.corrcoef(left, right)[0, 1] < 0.8
        assert abs(10 * np.log10(np.mean(left**2) / np.mean(right**2))) < 1.5
        assert abs(10 * np.log10(np.mean(((left + right) / 2) ** 2) / power)) < (
            1.0 if unison == 7.0 else 3.5
        )


def test_a_note_whose_voice_is_needed_fades_without_a_burst() -> None:
    audio = sources.played(
        "wavetable", 48000, [(0, 45.0, 0.9, 0), (24037, 50.0, 0.9, 9000)], voices=1, attack_ms=20.0,
        position=0.0, spread=0.0,
    )[0]  # fmt: skip

    assert np.abs(sources.above(audio, 3000.0)[20000:-600]).max() < 10 ** (-55 / 20) * np.abs(audio).max()


def test_a_change_of_the_band_limit_is_no_step() -> None:
    engine = sources.engine_of_kind("wavetable", spread=0.0, position=0.0)
    buses_of(engine, 20000, [c.play_note(LEAD, 0, 81.0, 0.8, 0)])
    row = SOURCES["wavetable"].row_of("tune_cents")
    engine.memory.instruments.record(0)["wanted"][row, 0] = 700.0
    audio = buses_of(engine, 20000)[0, 0].astype(np.float64)

    assert np.abs(sources.above(audio, 6000.0)[600:-600]).max() < 10 ** (-55 / 20) * np.abs(audio).max()


@pytest.mark.parametrize(
    "keys",
    [
        {"position": 0.6},
        {"envelope_position": 0.8, "envelope_sustain": 0.8},
        {"velocity_position": 0.6},
        {"lfo_position": 0.9, "lfo_hz": 3.0},
    ],
)
def test_the_position_moves_by_what_is_named(keys: dict[str, float]) -> None:
    plain = sources.played("wavetable", 16000, [(0, 57.0, 0.9, 0)], position=0.0)[0]
    moved = sources.played("wavetable", 16000, [(0, 57.0, 0.9, 0)], **{"position": 0.0, **keys})[0]

    def beyond(audio: np.ndarray) -> float:
        return float(np.mean(sources.above(audio, 700.0)[2000:-600] ** 2) / np.mean(audio**2))

    assert beyond(plain) < 1e-5  # the first cycle is a sine
    assert beyond(moved) > 1e-3


def test_chance_moves_position_and_pitch_of_each_note() -> None:
    notes = [(0, 57.0, 0.9, 12000), (24000, 57.0, 0.9, 12000)]
    even = sources.played("wavetable", 40000, notes, spread=0.0, release_ms=20.0)[0]
    uneven = sources.played(
        "wavetable", 40000, notes, spread=0.0, release_ms=20.0, random_position=0.5, random_pitch_cents=9.0
    )[0]

    assert np.abs(even[:11000] - even[24000:35000]).max() < 1e-4
    assert np.abs(uneven[:11000] - uneven[24000:35000]).max() > 0.02


def test_the_filter_follows_velocity_and_key() -> None:
    def height(pitch: float, velocity: float, **keys: float) -> float:
        audio = sources.played(
            "wavetable", 16000, [(0, pitch, velocity, 0)], position=0.5, cutoff_hz=600.0, **keys
        )[0]
        return float(np.mean(np.diff(audio) ** 2) / np.mean(audio**2))

    assert height(48.0, 0.3, velocity_cutoff_octaves=3.0) < 0.7 * height(48.0, 0.3)
    assert height(84.0, 0.8, key_cutoff_octaves=1.0) > 1.3 * height(84.0, 0.8)
