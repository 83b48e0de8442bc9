"""Placed layers, rendered on the speakers of a rig: moved, held, edited, shaped and limited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.conductor.messages import Message, SetMix
from adaptive.engine.rig_spec import RigSpec, SpeakerSpec
from adaptive.engine.standard_rigs import standard_rig
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance, vocabulary
from tests.helpers.presets import GAIN, RATE, control_step_of, two_sections
from tests.helpers.rigs import SQUARE, ring_of

AZIMUTH = "layers.calm.placed.azimuth_deg"
HEADING = "[parameters.heading]\nrange = [-180.0, 180.0]\ndefault = 179.0\n"
FOLLOWS = 'placed = { azimuth_deg = { over = "heading", points = [[-180.0, -180.0], [180.0, 180.0]] } }'


def placed(folder: Path, line: str, more: str = "") -> Preset:
    """Two sections; the layer `calm`, a sine, has a place."""
    two_sections(folder, more=more)
    text = (folder / "preset.toml").read_text(encoding="utf-8")
    text = text.replace('stem = "calm.wav"', f'stem = "calm.wav"\n{line}', 1)
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    return load(folder, vocabulary=vocabulary())


def played(
    preset: Preset,
    rig: RigSpec,
    seconds: float,
    script: Mapping[int, Sequence[Message]] | None = None,
    values: Sequence[tuple[int, str, float]] = (),
    ceiling_db: float = -1.0,
) -> np.ndarray:
    """What the speakers play, shape (frames, channels)."""
    width = max(2, 1 + max(one.channel for one in rig.speakers))
    performance = Performance(preset, channels=width, rig=rig, ceiling_db=ceiling_db)
    performance.begin()
    performance.schedule_values(values)
    heard = []
    for number in range(control_step_of(seconds)):
        heard.append(performance.engine.pull(CONTROL_STEP_FRAMES))
        performance.engine.drain_replies()
        performance.step((script or {}).get(number, ()))
    return np.concatenate(heard)


def peak_db(audio: np.ndarray, first_s: float, last_s: float) -> np.ndarray:
    """Peak of each channel in a time, by the level of the source."""
    piece = np.abs(audio[round(first_s * RATE) : round(last_s * RATE)]).max(axis=0)
    return 20.0 * np.log10(np.maximum(piece, 1e-9) / GAIN)


def largest_kink(audio: np.ndarray) -> float:
    """The largest second difference: a click is a step, which has a large one."""
    return float(np.abs(np.diff(audio, 2, axis=0)).max())


def test_a_held_azimuth_goes_the_short_way_round(tmp_path: Path) -> None:
    preset = placed(tmp_path, "placed = { azimuth_deg = 179.0 }")
    script = {control_step_of(1.0): [SetMix(((AZIMUTH, -179.0),), 0.2)]}
    heard = played(preset, SQUARE, 2.0, script)

    assert peak_db(heard, 0.5, 2.0)[:2].max() <= -60.0
    assert peak_db(heard, 1.5, 2.0)[2:] == pytest.approx([-3.0, -3.0], abs=0.3)


@pytest.mark.parametrize("more", ["", "circular = true\nrise_s = 0.2\nfall_s = 0.2\n"])
def test_a_parameter_that_jumps_across_half_a_turn_does_not_pass_the_front(tmp_path: Path, more: str) -> None:
    preset = placed(tmp_path, FOLLOWS, HEADING + more)
    heard = played(preset, SQUARE, 1.5, values=[(round(0.8 * RATE), "heading", -179.0)])

    assert peak_db(heard, 0.5, 1.5)[:2].max() <= -60.0


def test_a_sound_walked_round_a_ring_keeps_its_level_and_does_not_click(tmp_path: Path) -> None:
    preset = placed(tmp_path, FOLLOWS, HEADING + "circular = true\n")
    steps = range(round(0.3 * RATE), round(1.7 * RATE), 480)
    values = [(at, "heading", (360.0 * at / RATE + 180.0) % 360.0 - 180.0) for at in steps]
    heard = played(preset, ring_of(8), 1.9, values=values)[:, :8].astype(np.float64)
    frames = round(0.5 * RATE), round(1.6 * RATE)
    window = np.hanning(874) / np.hanning(874).sum()  # four periods of the sine of 220 Hz
    power = np.convolve((heard**2).sum(axis=1), window, "same")[frames[0] : frames[1]]

    assert np.abs(10.0 * np.log10(power / (GAIN**2 / 2.0))).max() <= 0.2
    assert largest_kink(heard[frames[0] : frames[1]]) <= 2.0 * GAIN * (2.0 * np.pi * 220.0 / RATE) ** 2


def test_a_place_that_jumps_does_not_click(tmp_path: Path) -> None:
    preset = placed(tmp_path, FOLLOWS, HEADING)
    heard = played(preset, SQUARE, 1.4, values=[(round(0.8 * RATE), "heading", 0.0)])[round(0.5 * RATE) :]

    assert largest_kink(heard) <= 0.002


def test_an_edit_moves_a_place_while_it_plays(tmp_path: Path) -> None:
    preset = placed(tmp_path, "placed = { azimuth_deg = -45.0 }")
    performance = Performance(preset, channels=4, rig=SQUARE)
    performance.begin()
    moved = placed(tmp_path, "placed = { azimuth_deg = 135.0 }")
    heard = []
    for number in range(control_step_of(2.5)):
        heard.append(performance.engine.pull(CONTROL_STEP_FRAMES))
        performance.engine.drain_replies()
        if number == 100:
            performance.edit(moved)
        performance.step()
    audio = np.concatenate(heard)

    assert int(peak_db(audio, 0.3, 0.5).argmax()) == 0
    assert int(peak_db(audio, 2.2, 2.5).argmax()) == 3


def test_what_has_no_place_is_a_bed_and_a_direct_speaker_plays_what_it_names(tmp_path: Path) -> None:
    preset = two_sections(tmp_path)
    bed = peak_db(played(preset, SQUARE, 1.0), 0.5, 1.0)
    rig = RigSpec((*SQUARE.speakers, SpeakerSpec(4, kind="direct", bus="calm")))
    direct = peak_db(played(preset, rig, 1.0), 0.5, 1.0)

    assert bed[:2] == pytest.approx([1.9, 1.9], abs=0.3)  # both sides, 30 degrees off, meet in each front
    assert bed[2:].max() <= -60.0
    assert direct[4] == pytest.approx(0.0, abs=0.1)
    assert direct[:4].max() <= -60.0


def test_trim_delay_crossover_and_ceiling_shape_each_channel(tmp_path: Path) -> None:
    preset = placed(tmp_path, "placed = { azimuth_deg = -45.0 }")
    first, *others = SQUARE.speakers
    plain = played(preset, SQUARE, 1.0)
    late = played(preset, RigSpec((replace(first, trim_db=-6.0, delay_ms=2.5), *others)), 1.0)
    with_sub = (*SQUARE.speakers, SpeakerSpec(4, kind="sub", crossover_hz=220.0))
    sub = peak_db(played(preset, RigSpec(with_sub), 1.0), 0.5, 1.0)
    loud = RigSpec((replace(first, trim_db=12.0), *others))
    capped = played(preset, loud, 1.0, ceiling_db=-20.0)
    frames = round(0.0025 * RATE)

    assert late[frames:, 0] == pytest.approx(plain[:-frames, 0] * 10.0**-0.3, abs=1e-4)
    assert sub[[0, 4]] == pytest.approx([-6.0, -6.0], abs=0.2)
    assert np.abs(capped).max() <= np.float32(0.1)


def test_a_device_with_fewer_channels_plays_each_from_the_nearest_below_the_ceiling(tmp_path: Path) -> None:
    preset = placed(tmp_path, "placed = { azimuth_deg = 135.0 }")
    performance = Performance(preset, channels=4, rig=SQUARE, ceiling_db=-12.0)
    performance.begin()
    heard = []
    for _ in range(control_step_of(0.8)):
        heard.append(performance.engine.pull(CONTROL_STEP_FRAMES, 2))
        performance.engine.drain_replies()
        performance.step()
    levels = peak_db(np.concatenate(heard), 0.4, 0.8)

    assert levels[1] == pytest.approx(-3.0, abs=0.2)
    assert levels[0] <= -60.0


def test_a_surround_file_plays_each_pair_where_it_belongs(tmp_path: Path) -> None:
    two_sections(tmp_path)
    waves = np.stack([np.full(4 * RATE, 0.1 * (number + 1)) for number in range(6)], axis=1)
    waves *= (-1.0) ** np.arange(4 * RATE)[:, None]
    soundfile.write(tmp_path / "calm.wav", waves, RATE, subtype="FLOAT")
    text = (tmp_path / "preset.toml").read_text(encoding="utf-8")
    layers = "".join(
        f'[layers.{pair}]\nstem = "calm.wav"\npair = "{pair}"\n' for pair in ("front", "centre", "surround")
    )
    text = text.replace('[layers.calm]\nstem = "calm.wav"\n', layers)
    text = text.replace('layers = ["calm"]', 'layers = ["front", "centre", "surround"]')
    (tmp_path / "preset.toml").write_text(text, encoding="utf-8")
    heard = played(load(tmp_path, vocabulary=vocabulary()), standard_rig(6), 0.6)
    peaks = np.abs(heard[round(0.4 * RATE) :]).max(axis=0)

    assert peaks == pytest.approx([0.1, 0.2, 0.3, 0.0, 0.5, 0.6], abs=0.005)
