from __future__ import annotations

import numpy as np
import pytest

from adaptive.composer.registry import GENERATORS
from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.errors import InputError
from adaptive.instruments.kits import KITS
from adaptive.instruments.patches import PATCHES, SHAPES, resolve, synth_spec
from adaptive.kernel.sources.synth_record import NOISE, PULSE, SAW, SINE, TRIANGLE
from adaptive.kernel.sources.synth_settings import SynthSpec
from adaptive.preset.instrument_tables import Envelope, InstrumentTable, LfoTable, OscillatorTable

MIDDLE = {"bass_deep": 40, "bass_pluck": 40, "brass_low": 45, "drone_dark": 40, "bell": 72,
          "arp_pluck": 69, "lead_soft": 69, "bass_upright": 40, "sub_bass": 40, "reese": 40, "cello": 45,
          "flute": 76, "fiddle": 72, "guitar_lead": 69, "reed": 67, "guitar_nylon": 60}  # fmt: skip
"""MIDI pitch in the middle of a patch's range; the others use A3 (57)."""


def render(name: str, seconds: int = 3) -> np.ndarray:
    root = MIDDLE.get(name, 57)
    engine = Engine(EngineSpec(instruments=[synth_spec(PATCHES[name], 0)]))
    engine.post([commands.play_note(0, 0, root + n, 0.7, 96000) for n in (0, 3, 7)])
    return engine.pull(48000 * seconds)


@pytest.mark.parametrize("name", list(PATCHES))
def test_a_mezzo_forte_triad_is_minus_twenty_at_its_loudest(name: str) -> None:
    audio = render(name, 2)
    blocks = [audio[n : n + 19200] for n in range(0, len(audio) - 19200, 4800)]
    loudest = max(10 * np.log10(np.mean(np.square(block, dtype=float))) for block in blocks)

    assert loudest == pytest.approx(-20.0, abs=1.5)
    assert np.max(np.abs(audio)) < 10 ** (-1.5 / 20)


@pytest.mark.parametrize("name", list(PATCHES))
def test_a_released_patch_falls_silent(name: str) -> None:
    audio = render(name, 7)

    assert np.max(np.abs(audio[-4800:])) < 1e-4


def test_milliseconds_decibels_and_cents_become_seconds_gain_and_semitones() -> None:
    table = InstrumentTable(
        oscillator_1=OscillatorTable("pulse", 0.5, -12.0, 25.0, 0.3),
        oscillator_2=OscillatorTable("noise", 0.1),
        amplitude=Envelope(10.0, 200.0, 0.5, 400.0),
        lfo=LfoTable(delay_ms=250.0),
        filter="band_pass",
        level_db=-20.0,
        voices=4,
    )
    spec = synth_spec(table, bus=3)

    assert (spec.bus, spec.voices, spec.filter_mode) == (3, 4, "band_pass")
    assert (
        spec.oscillators[0].shape, spec.oscillators[0].level, spec.oscillators[0].semitones,
        spec.oscillators[0].width,
    ) == (PULSE, 0.5, -11.75, 0.3)  # fmt: skip
    assert spec.oscillators[1].shape == NOISE
    assert spec.amplitude.attack_s == 0.01
    assert spec.amplitude.release_s == 0.4
    assert spec.lfo_delay_s == 0.25
    assert spec.gain == pytest.approx(0.1)


def test_a_table_of_defaults_is_a_specification_of_defaults() -> None:
    assert SynthSpec(bus=0) == synth_spec(InstrumentTable(), 0)


def test_every_shape_has_a_number() -> None:
    assert {SAW, PULSE, TRIANGLE, SINE, NOISE} == set(SHAPES.values())


def test_values_that_a_table_leaves_out_come_from_its_base() -> None:
    own = InstrumentTable(base="pad_warm", cutoff_hz=500.0, oscillator_2=OscillatorTable(shape="pulse"))
    merged, warm = resolve("mine", {"mine": own}), PATCHES["pad_warm"]

    assert merged.base is None
    assert merged.cutoff_hz == 500.0
    assert merged.amplitude == warm.amplitude
    assert merged.oscillator_2.shape == "pulse"
    assert merged.oscillator_2.detune_cents == warm.oscillator_2.detune_cents


def test_a_presets_own_patch_hides_a_built_in_one() -> None:
    own = InstrumentTable(cutoff_hz=123.0)

    assert own == resolve("pad_warm", {"pad_warm": own})
    assert PATCHES["pad_warm"] == resolve("pad_warm")


def test_an_unknown_patch_or_base_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no instrument `pad_wram`; the nearest is `pad_warm`"):
        resolve("pad_wram")
    with pytest.raises(InputError, match="no instrument `bel`; the nearest is `bell`"):
        resolve("mine", {"mine": InstrumentTable(base="bel")})


def test_every_instrument_a_generator_names_exists() -> None:
    for spec in GENERATORS.values():
        named = {spec.instrument, *spec.style_instruments.values()}

        assert named <= set(KITS if spec.is_percussive else PATCHES)
