"""Commands to the kernel, as rows of one record.

`frame` is a frame of the timeline at which the command takes effect; `IMMEDIATELY` means the next quantum.
`group` is the unit of withdrawal.  A `tag` other than 0 requests a reply when the command is done.
Gains are linear, `frames` is the length of a ramp, and `shape` is one of the kernel's ramp shapes.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from adaptive.kernel import layout as k

IMMEDIATELY = -1


class Command(NamedTuple):
    """One command, in the order of the fields of `ports.POSTED`.

    The meaning of `which`, `i0`, `i1`, `f0` … `f3` depends on the operation.
    """

    frame: int
    operation: int
    target: int
    group: int = 0
    which: int = 0
    tag: int = 0
    i0: int = 0
    i1: int = 0
    f0: float = 0.0
    f1: float = 0.0
    f2: float = 0.0
    f3: float = 0.0


def start_clip(
    frame: int, clip: int, sound: int, bus: int, *, position: int = 0, gain: float = 1.0,
    pan: float = 0.0, group: int = 0, tag: int = 0,
) -> Command:  # fmt: skip
    """Start a clip at `position` of a sound, in frames since beat 1 (negative: in the pickup)."""
    return Command(frame, k.CLIP_START, clip, group, bus, tag, sound, position, gain, pan)


def fade_clip(
    frame: int, clip: int, gain: float, frames: int, *, shape: int = k.LINEAR, group: int = 0
) -> Command:
    """Ramp the gain of a clip."""
    return Command(frame, k.CLIP_GAIN, clip, group, i0=frames, i1=shape, f0=gain)


def stop_clip(
    frame: int, clip: int, frames: int = 0, *, shape: int = k.LINEAR, group: int = 0, tag: int = 0
) -> Command:
    """Fade a clip out and stop it; with 0 frames, its last sample decays within 2 ms (declick)."""
    return Command(frame, k.CLIP_STOP, clip, group, tag=tag, i0=frames, i1=shape)


def release_clip(frame: int, clip: int, *, group: int = 0) -> Command:
    """End the present pass of a clip, but let the tails of earlier passes ring."""
    return Command(frame, k.CLIP_RELEASE, clip, group)


def pan_clip(frame: int, clip: int, pan: float, frames: int, *, group: int = 0) -> Command:
    """Ramp the pan of a clip (-1 … 1)."""
    return Command(frame, k.CLIP_PAN, clip, group, i0=frames, f0=pan)


def filter_clip(frame: int, clip: int, cutoff_hz: float, frames: int, *, group: int = 0) -> Command:
    """Ramp the cutoff of a clip's low-pass."""
    return Command(frame, k.CLIP_CUTOFF, clip, group, i0=frames, f0=cutoff_hz)


def stretch_clip(
    frame: int, clip: int, position: float, rate: float, rate_change: float = 0.0, *,
    kind: int = k.STRETCH_TRANSIENTS, hop_quantum: int = 0, way: int = 1, is_first: bool = True,
    group: int = 0,
) -> Command:  # fmt: skip
    """Let a clip follow a tempo map, from where it is: ``position + t (rate + rate_change t / 2)``.

    Parameters
    ----------
    position : float
        Where the clip is to be at this frame, in frames from beat 1 of its first pass.
    rate, rate_change : float
        Frames of the sound in a frame of output, and their change a frame (float32).
    kind : int
        One of ``layout.STRETCH_…``.
    hop_quantum : int
        Quantum, of the twelve of a hop, in which it makes its spectra.
    way, is_first : int, bool
        Number of the way that this part belongs to, and whether it is the first part.  Parts of a way that
        the clip does not go, or goes no more, are ignored.
    """
    i0, i1 = struct.unpack("<2q", struct.pack("<2d", position, rate))
    return Command(
        frame,
        k.CLIP_TEMPO,
        clip,
        group,
        -way if is_first else way,
        i0=i0,
        i1=i1,
        f0=rate_change,
        f1=kind,
        f2=hop_quantum,
    )


def play_note(
    frame: int, instrument: int, pitch: float, velocity: float, frames: int, *, note: int = 0,
    pan: float = 0.0, group: int = 0, tag: int = 0, which: int = 0, level_octaves: float = 0.0,
) -> Command:  # fmt: skip
    """Play a note of `frames` length (0: until `release_note`).

    `pitch` is a MIDI number, `velocity` 0 … 1, `pan` -1 … 1, and `note` an id for `release_note`.  `which` is
    the region of a sampler, of other instruments the channel that moves the note, and `level_octaves` the
    level of a sampler in this note; 1 is 6.02 dB.
    """
    return Command(
        frame, k.NOTE_ON, instrument, group, which, tag, frames, note, pitch, velocity, pan, level_octaves
    )


def set_control(
    frame: int, instrument: int, control: int, value: float, *, channel: int = 0, key: float = 0.0,
    group: int = 0, tag: int = 0,
) -> Command:  # fmt: skip
    """Move a control of a channel of an instrument to a value from 0 to 1, from the quantum of `frame` on.

    `control` is a controller's number, or ``channel_record.BEND``, ``PRESSURE``, ``BEND_RANGE`` or
    ``KEY_PRESSURE``; only the last has a key, a MIDI number.
    """
    return Command(frame, k.INSTRUMENT_CONTROL, instrument, group, control, tag, i1=channel, f0=value, f1=key)


def release_note(frame: int, instrument: int, note: int, *, group: int = 0) -> Command:
    """Release the notes of an instrument that have this id."""
    return Command(frame, k.NOTE_OFF, instrument, group, i1=note)


def release_all(frame: int, instrument: int, *, group: int = 0) -> Command:
    """Release every note of an instrument."""
    return Command(frame, k.INSTRUMENT_RELEASE, instrument, group)


def fade_instrument(
    frame: int, instrument: int, gain: float, frames: int, *, shape: int = k.LINEAR, group: int = 0
) -> Command:
    """Ramp the gain of an instrument."""
    return Command(frame, k.INSTRUMENT_FADE, instrument, group, i0=frames, i1=shape, f0=gain)


def fade_bus(
    frame: int, bus: int, gain: float, frames: int, *, shape: int = k.LINEAR, group: int = 0
) -> Command:
    """Ramp the gain of a bus."""
    return Command(frame, k.BUS_GAIN, bus, group, i0=frames, i1=shape, f0=gain)


def duck_bus(frame: int, bus: int, gain: float, frames: int, *, group: int = 0) -> Command:
    """Ramp the ducking gain of a bus, which is separate from `fade_bus` and lowers it under stingers."""
    return Command(frame, k.BUS_DUCK, bus, group, i0=frames, f0=gain)


def hold_cell(
    frame: int, cell: int, value: float, frames: int, *, share: float = 1.0, own: float = 0.0,
    factor: float = 1.0, has_curve: bool = False, is_ratio: bool = False, is_angle: bool = False,
    group: int = 0,
) -> Command:  # fmt: skip
    """Hold a cell (`Engine.cell`) at a value in its unit, over what the preset says; share 0 lets it go.

    Both move there within `frames`, from the quantum on that begins at `frame` or behind it.  `own` is the
    preset's number, to which the cell returns; with `has_curve`, it is what a curve writes instead.  What is
    its own is multiplied by `factor`.  With `is_ratio` it moves along ratios, as frequencies do; with
    `is_angle` the short way round a circle of degrees.
    """
    return Command(
        frame,
        k.CELL_HOLD,
        0,
        group,
        int(has_curve) + 2 * int(is_ratio) + 4 * int(is_angle),
        0,
        frames,
        cell,
        value,
        share,
        own,
        factor,
    )


def pan_bus(frame: int, bus: int, pan: float, frames: int, *, group: int = 0) -> Command:
    """Ramp the pan of a bus (-1 … 1)."""
    return Command(frame, k.BUS_PAN, bus, group, i0=frames, f0=pan)


def filter_bus(frame: int, bus: int, cutoff_hz: float, frames: int, *, group: int = 0) -> Command:
    """Ramp the cutoff of a bus's low-pass."""
    return Command(frame, k.BUS_CUTOFF, bus, group, i0=frames, f0=cutoff_hz)


def fade_master(frame: int, gain: float, frames: int, *, group: int = 0) -> Command:
    """Ramp the gain of the master."""
    return Command(frame, k.MASTER_GAIN, 0, group, i0=frames, f0=gain)


def set_tempo(frame: int, tempo_bpm: float, *, group: int = 0) -> Command:
    """Tell processors the tempo, in quarter notes a minute, from the quantum of `frame` on."""
    return Command(frame, k.SET_TEMPO, 0, group, f0=tempo_bpm)


def set_cadence(frame: int, parameter: int, cadence_spm: float, *, group: int = 0) -> Command:
    """Tell a parameter that is a heart rate the runner's cadence, in steps a minute; 0: it is not known.

    What leaps onto the cadence is refused from then on, see `adaptive.kernel.leap_guard`.
    """
    return Command(frame, k.SET_CADENCE, parameter, group, f0=cadence_spm)


def withdraw(group: int, first_frame: int, *, tag: int = 0) -> Command:
    """Withdraw all commands of a group scheduled for `first_frame` or later that are not done yet."""
    return Command(first_frame, k.WITHDRAW, 0, group, tag=tag)


def set_parameter(frame: int, parameter: int, source: int, word: int) -> Command:
    """Write `word` (`Engine.parameter_word`) into a parameter's slot in the quantum of `frame`.

    It takes effect together with the other commands of its commit.
    """
    return Command(frame, k.SET_PARAMETER, parameter, 0, source, i0=word)
