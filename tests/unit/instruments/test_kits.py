from __future__ import annotations

import numpy as np
import pytest

from adaptive.composer.percussion import SWELL_S
from adaptive.errors import InputError
from adaptive.instruments import kits
from adaptive.instruments.kits import KITS, Hit, kit, pieces, variant

RATE = 48000
every_kit = pytest.mark.parametrize("name", list(KITS))
every_hit = pytest.mark.parametrize(
    ("name", "piece"), [(name, piece) for name in KITS for piece in KITS[name]]
)


def spectrum(hit: Hit) -> tuple[np.ndarray, np.ndarray]:
    mono = hit.audio.mean(axis=0, dtype=np.float64)
    power = np.abs(np.fft.rfft(mono, 1 << 17)) ** 2
    return np.fft.rfftfreq(1 << 17, 1.0 / RATE), power


def share(hit: Hit, low_hz: float, high_hz: float) -> float:
    frequency, power = spectrum(hit)
    return float(power[(frequency >= low_hz) & (frequency < high_hz)].sum() / power.sum())


def level_db(audio: np.ndarray) -> float:
    return 10.0 * float(np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-20))


@every_kit
def test_a_kit_has_every_piece_a_drum_part_may_name(name: str) -> None:
    assert set(pieces()) <= set(kit(name))


@every_hit
def test_a_hit_is_planar_stereo_below_minus_one_and_ends_in_silence(name: str, piece: str) -> None:
    audio = kit(name)[piece].audio

    assert np.float32 == audio.dtype
    assert audio.flags.c_contiguous
    assert audio.shape[0] == 2
    assert 20 * np.log10(np.max(np.abs(audio))) <= -1.0
    assert np.max(np.abs(audio[:, -48:])) < 10 ** (-70 / 20)
    assert abs(float(audio.mean())) < 1e-3
    assert audio.shape[1] < 3.5 * RATE


@every_hit
def test_a_blow_is_heard_at_once(name: str, piece: str) -> None:
    if piece == "swell":
        return
    audio = np.abs(kit(name)[piece].audio).max(axis=0)
    first = int(np.argmax(audio > 0.25 * audio.max()))

    assert first < (0.02 if piece == "crash" else 0.01) * RATE


@every_hit
def test_it_dies_away(name: str, piece: str) -> None:
    if piece == "swell":
        return
    audio = kit(name)[piece].audio
    third = audio.shape[1] // 3

    assert level_db(audio[:, :third]) > level_db(audio[:, third : 2 * third]) + 3.0
    assert level_db(audio[:, third : 2 * third]) > level_db(audio[:, 2 * third :]) + 3.0


@every_kit
def test_the_kick_is_felt_between_45_and_60_hz(name: str) -> None:
    frequency, power = spectrum(kit(name)["kick"])

    assert 45.0 <= frequency[int(np.argmax(power))] <= 60.0
    assert share(kit(name)["kick"], 30.0, 120.0) > 0.6


@every_kit
def test_hats_and_shakers_leave_the_bass_alone(name: str) -> None:
    for piece in ("hat", "hat_open", "shaker"):
        assert share(kit(name)[piece], 0.0, 3000.0) < 0.02


@every_kit
def test_an_open_hat_rings_longer_and_chokes_with_the_closed_one(name: str) -> None:
    hits = kit(name)

    assert hits["hat_open"].audio.shape[1] > 3 * hits["hat"].audio.shape[1]
    assert hits["hat"].choke == hits["hat_open"].choke is not None


@every_kit
def test_toms_stand_in_order(name: str) -> None:
    tops = []
    for piece in ("tom_low", "tom_mid", "tom_high"):
        frequency, power = spectrum(kit(name)[piece])
        tops.append(frequency[int(np.argmax(power))])

    assert tops == sorted(tops)
    assert tops[2] > 1.6 * tops[0]


@every_kit
def test_a_swell_peaks_when_it_says(name: str) -> None:
    audio = kit(name)["swell"].audio
    blocks = [level_db(audio[:, n : n + 2400]) for n in range(0, audio.shape[1] - 2400, 2400)]

    assert pytest.approx(np.argmax(blocks) * 0.05, abs=0.11) == SWELL_S
    assert blocks[0] < max(blocks) - 40.0


def test_variants_alternate_and_a_low_velocity_has_its_own() -> None:
    hits = kit("kit_taiko")

    assert [variant(hits, "tom_low", 0.8, n) for n in range(3)] == [
        "tom_low", "tom_low:2", "tom_low",
    ]  # fmt: skip
    assert variant(hits, "tom_low", 0.2, 0) == "tom_low:soft"
    assert variant(hits, "shaker", 0.2, 5) == "shaker"
    assert not np.array_equal(hits["tom_low"].audio[0, :500], hits["tom_low:2"].audio[0, :500])


def test_the_seed_decides_every_sample() -> None:
    before = kit("kit_light", seed=3)["snare"].audio.copy()
    kits._made.cache_clear()

    assert np.array_equal(before, kit("kit_light", seed=3)["snare"].audio)
    assert not np.array_equal(before, kit("kit_light", seed=4)["snare"].audio)


def test_another_rate_is_the_same_length_in_seconds() -> None:
    at_44, at_48 = kit("kit_night", 44100)["tom_low"], kit("kit_night")["tom_low"]

    assert at_48.audio.shape[1] / 48000 == pytest.approx(at_44.audio.shape[1] / 44100, abs=0.05)


def test_an_unknown_kit_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no kit `kit_nigth`; the nearest is `kit_night`"):
        kit("kit_nigth")
