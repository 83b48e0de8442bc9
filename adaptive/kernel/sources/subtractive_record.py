"""Memory and parameters of the subtractive synthesiser; the table of its modulations is made here."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.layout import LANES
from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS, CONTROL_FIELDS, CONTROL_VOICES
from adaptive.kernel.sources.source_record import instrument_record, voice_record

MOST_UNISON = 7
SUB_CYCLE = 2 * MOST_UNISON
CYCLES = SUB_CYCLE + 1
"""Oscillators of a voice: seven of each of the two, and the sub oscillator."""

SHAPES = ("saw", "pulse", "triangle", "sine")
SAW, PULSE, TRIANGLE, SINE, SYNC = (np.int32(number) for number in range(5))
LFO_SHAPES = ("sine", "triangle", "saw", "square", "random")
FILTERS = (
    "low_pass", "low_pass_24", "band_pass", "band_pass_24", "high_pass", "high_pass_24", "notch",
)  # fmt: skip

MODULATORS = {
    "envelope": "the second envelope, 0 to 1",
    "lfo_1": "the first LFO, -1 to 1",
    "lfo_2": "the second LFO, -1 to 1",
    "velocity": "the velocity, -1 at the softest to 0 at the hardest",
    "key": "the octaves above middle C",
    "random": "chance, another for each note, -1 to 1",
}
"""What modulates, and its range."""

MODULATED = {
    "pitch_cents": (2400.0, "the pitch of both oscillators"),
    "pitch_2_cents": (2400.0, "the pitch of the second oscillator"),
    "width": (0.5, "the width of pulses"),
    "cutoff_octaves": (8.0, "the cutoff"),
    "resonance": (1.0, "the resonance"),
    "level_db": (24.0, "the level"),
    "pan": (1.0, "the pan"),
    "balance": (1.0, "the balance of the oscillators, 1 being the second alone"),
    "detune_cents": (100.0, "the detuning of unison voices"),
}
"""What can be modulated, by the end of a key: the largest amount, and what it is."""


def _oscillator(which: int, level: float) -> list[Parameter]:
    name, word = f"oscillator_{which}", ("first", "second")[which - 1]
    return [
        Parameter(f"{name}_level", 0.0, 1.0, level, f"Level of the {word} oscillator."),
        Parameter(f"{name}_semitones", -36.0, 36.0, 0.0, f"Transposition of the {word} oscillator."),
        Parameter(f"{name}_cents", -100.0, 100.0, 0.0, f"Detuning of the {word} oscillator."),
        Parameter(f"{name}_width", 0.02, 0.98, 0.5, f"Width of the pulses of the {word} oscillator."),
    ]


def _envelope(name: str, word: str) -> list[Parameter]:
    def time(key: str, default: float, doc: str) -> Parameter:
        return Parameter(f"{name}_{key}_ms", 0.5, 20000.0, default, doc, "logarithmic")

    return [
        time("attack", 5.0, f"Time in which the {word} rises."),
        time("decay", 200.0, f"Time in which the {word} falls by 60 dB towards its sustained level."),
        Parameter(f"{name}_sustain", 0.0, 1.0, 1.0, f"Sustained level of the {word}."),
        time("release", 200.0, f"Time in which the {word} falls by 60 dB after the note."),
    ]


def _lfo(which: int) -> list[Parameter]:
    word = ("first", "second")[which - 1]
    return [
        Parameter(f"lfo_{which}_rate_hz", 0.01, 40.0, 5.0, f"Rate of the {word} LFO.", "logarithmic"),
        Parameter(f"lfo_{which}_fade_ms", 0.0, 10000.0, 0.0, f"Time in which the {word} LFO sets in."),
    ]


MACROS = (
    Parameter("brightness", -1.0, 1.0, 0.0, "Macro: from dark over as it is to bright."),
    Parameter("attack", -1.0, 1.0, 0.0, "Macro: from hard over as it is to soft."),
    Parameter("space", -1.0, 1.0, 0.0, "Macro: from narrow and short over as it is to wide and long."),
)
"""Controls that every factory patch has, whatever its kind is."""

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("level_db", -60.0, 24.0, 0.0, "Level of its notes."),
    Parameter("pan", -1.0, 1.0, 0.0, "Place of its notes, left to right."),
    *MACROS,
    *_oscillator(1, 1.0),
    *_oscillator(2, 0.0),
    Parameter("sub_level", 0.0, 1.0, 0.0, "Level of the oscillator an octave below the first."),
    Parameter("noise_level", 0.0, 1.0, 0.0, "Level of white noise."),
    Parameter("detune_cents", 0.0, 100.0, 12.0, "How far the outermost unison voices are off the pitch."),
    Parameter(
        "spread", 0.0, 1.0, 0.7, "How far unison voices, else successive notes, are apart, left to right."
    ),
    Parameter("cutoff_hz", 20.0, 20000.0, 8000.0, "Cutoff of the filter.", "logarithmic"),
    Parameter("resonance", 0.0, 0.98, 0.1, "Resonance of the filter."),
    *_envelope("amplitude", "level"),
    *_envelope("envelope", "second envelope"),
    *_lfo(1),
    *_lfo(2),
    Parameter("glide_ms", 0.0, 5000.0, 0.0, "Time in which the pitch slides from the note before."),
    *(
        Parameter(f"{source}_{name}", -most, most, 0.0, f"How far {means} moves {what}.")
        for source, means in ((key, text.split(",")[0]) for key, text in MODULATORS.items())
        for name, (most, what) in MODULATED.items()
    ),
    *CHANNEL_PARAMETERS,
)

OPTIONS: tuple[Option, ...] = (
    NamedOption("oscillator_1_shape", SHAPES, "saw", "Wave of the first oscillator."),
    NamedOption(
        "oscillator_2_shape", (*SHAPES, "sync"), "saw",
        "Wave of the second oscillator; `sync` is a saw that begins anew with each cycle of the first.",
    ),
    NamedOption("sub_shape", ("sine", "triangle", "pulse"), "sine", "Wave of the sub oscillator."),
    Option("unison", 1.0, float(MOST_UNISON), 1.0, "Voices of each oscillator, a whole number."),
    NamedOption("filter", FILTERS, "low_pass", "The filter; without a number, it falls by 12 dB an octave."),
    NamedOption("lfo_1_shape", LFO_SHAPES, "sine", "Wave of the first LFO; `random` holds a value a cycle."),
    NamedOption("lfo_2_shape", LFO_SHAPES, "sine", "Wave of the second LFO."),
)  # fmt: skip

_ROWS = {one.name: np.int64(row) for row, one in enumerate(PARAMETERS)}


def row(name: str) -> Any:
    """Row of a parameter in the records, as the kernel counts."""
    return _ROWS[name]


AMOUNTS = row("envelope_pitch_cents")
"""Row of the first amount of modulation; those of each modulator follow one another."""

SUBTRACTIVE = instrument_record(
    [
        *CONTROL_FIELDS,
        ("shape", "i4", 2),
        ("sub_shape", "i4"),
        ("unison", "i4"),
        ("filter_low", "f4"),  # shares of the filter's outputs
        ("filter_band", "f4"),
        ("filter_high", "f4"),
        ("is_steep", "i4"),  # two filters in a row
        ("lfo_shape", "i4", 2),
        ("polyphony", "i4"),
        ("last_pitch", "f4"),
        ("has_played", "i4"),
        ("place", "f4", MOST_UNISON),  # of each unison voice, -1 to 1
        # what follows from the parameters in this quantum
        ("rise", "f4", 2),  # of the level and of the second envelope
        ("fall", "f4", 2),
        ("release", "f4", 2),
        ("release_octaves", "f4"),
        ("attack_frames", "f4", 2),
        ("lfo_step", "f4", 2),
        ("lfo_fade", "f4", 2),
        ("level", "f4"),  # without the fade
        ("gain", "f4"),
        ("aside", "f4"),
        ("base_pitch", "f4"),  # of the cutoff
        ("left", "f4", MOST_UNISON),  # gains of unison voices
        ("right", "f4", MOST_UNISON),
        ("modulators", "i8"),  # mask of those with an amount
        ("moved", "i8"),  # mask of what they move
        ("is_tuned", "i4"),  # 1: the pitches of notes that sound stay as they are
        ("is_fixed", "i4"),  # 1: so do their filters
    ],
    PARAMETERS,
)


SUBTRACTIVE_VOICES = voice_record(
    [
        *CONTROL_VOICES,
        ("amplitude", "f4", LANES),  # envelopes at the end of the last quantum
        ("modulation", "f4", LANES),
        ("modulation_stage", "i4", LANES),
        ("is_dying", "i4", LANES),  # 1: another note needs its voice
        ("ebb", "f4", LANES),  # then from 1 to 0
        ("lfo_phase", "f4", (2, LANES)),
        ("lfo_fade", "f4", (2, LANES)),
        ("lfo_held", "f4", (2, LANES)),  # of random ones
        ("lfo_seed", "u4", LANES),
        ("glide", "f4", LANES),  # semitones that are still to go
        ("glide_step", "f4", LANES),
        ("side", "f4", LANES),  # -1 or 1: where a note without unison goes
        ("modulators", "f4", (len(MODULATORS), LANES)),
        ("modulated", "f4", (len(MODULATED), LANES)),
        ("detune", "f4", LANES),
        ("phase", "u4", (CYCLES, LANES)),  # 2³² a cycle, at the start of the quantum
        ("pace", "u4", (CYCLES, LANES)),  # of the phase, a frame
        ("step", "f4", (CYCLES, LANES)),  # cycles a frame
        ("period", "f4", (CYCLES, LANES)),  # 1 / step
        # gains of unison voices, and of what is in the middle
        ("left", "f4", (MOST_UNISON + 1, LANES)),
        ("right", "f4", (MOST_UNISON + 1, LANES)),
        # of both oscillators, the sub oscillator and noise; over the whole quantum
        ("level", "f4", (4, LANES)),
        ("level_step", "f4", (4, LANES)),
        ("turn", "u4", (4, LANES)),  # widths in the numbers of phases; of both oscillators
        ("turn_step", "u4", (4, LANES)),
        ("noise", "u4", (2, LANES)),
        ("low", "f4", (4, LANES)),  # of both filters of the left channel, then of the right
        ("band", "f4", (4, LANES)),
        ("b", "f4", (6, LANES)),  # coefficients of the first filter, then of the second
        ("b_step", "f4", (6, LANES)),
        ("damping", "f4", (2, LANES)),
        ("warp", "f4", LANES),
        ("gain_left", "f4", LANES),
        ("gain_right", "f4", LANES),
        ("gain_left_step", "f4", LANES),
        ("gain_right_step", "f4", LANES),
        ("origin", "f4", LANES),
        # what the lines lead to
        ("to_left", "f4", LANES),
        ("to_right", "f4", LANES),
        ("to_level", "f4", (4, LANES)),
        ("to_turn", "u4", (2, LANES)),
        ("to_b", "f4", (6, LANES)),
        ("last_left", "f4", LANES),
        ("last_right", "f4", LANES),
        ("residual_left", "f4", LANES),
        ("residual_right", "f4", LANES),
    ]
)
