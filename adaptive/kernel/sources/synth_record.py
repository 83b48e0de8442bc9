"""Memory of a synthesiser: its settings, and groups of sixteen voices."""

from __future__ import annotations

from adaptive.kernel.layout import LANES
from adaptive.kernel.sources.channel_record import CONTROL_FIELDS, CONTROL_VOICES
from adaptive.kernel.sources.source_record import instrument_record, voice_record

SAW, PULSE, TRIANGLE, SINE, NOISE = range(5)

INSTRUMENT = instrument_record(
    [
        *CONTROL_FIELDS,
        ("shape", "i4", 2),
        ("filter_low", "f4"),
        ("filter_band", "f4"),
        ("filter_high", "f4"),
        ("resonance", "f4"),
        ("cutoff_pitch", "f4"),  # as a MIDI pitch, so that modulation in semitones adds
        ("key_track", "f4"),
        ("filter_semitones", "f4"),
        ("velocity_semitones", "f4"),
        ("oscillator_level", "f4", 2),
        ("oscillator_pitch", "f4", 2),
        ("width", "f4", 2),
        ("attack_rate", "f4", 2),  # [amplitude, modulation]; share of full scale per frame
        ("decay_rate", "f4", 2),  # octaves per frame towards the target
        ("sustain", "f4", 2),
        ("release_rate", "f4", 2),
        ("lfo_step", "f4"),  # cycles per quantum
        ("lfo_pitch", "f4"),  # semitones
        ("lfo_cutoff", "f4"),  # semitones
        ("lfo_level", "f4"),
        ("lfo_fade_step", "f4"),  # share per quantum
        ("gain", "f4"),
        ("spread", "f4"),
        ("brightness", "f4"),  # semitones added to every cutoff
    ]
)

VOICE_GROUP = voice_record(
    [
        *CONTROL_VOICES,
        ("amplitude", "f4", LANES),  # envelope at the end of the last quantum
        ("modulation", "f4", LANES),
        ("modulation_stage", "i4", LANES),
        ("lfo_phase", "f4", LANES),
        ("lfo_fade", "f4", LANES),
        ("pan_left", "f4", LANES),
        ("pan_right", "f4", LANES),
        # straight line within the quantum: value + step · (frame - origin)
        ("gain_value", "f4", LANES),
        ("gain_step", "f4", LANES),
        ("gain_origin", "f4", LANES),
        ("phase", "f4", LANES),
        ("step", "f4", LANES),
        ("inverse", "f4", LANES),  # 1 / step
        ("phase_other", "f4", LANES),
        ("step_other", "f4", LANES),
        ("inverse_other", "f4", LANES),
        ("wave", "f4", LANES),
        ("noise", "u4", LANES),
        ("low", "f4", LANES),
        ("band", "f4", LANES),
        ("b1", "f4", LANES),
        ("b2", "f4", LANES),
        ("b3", "f4", LANES),
        ("b1_step", "f4", LANES),
        ("b2_step", "f4", LANES),
        ("b3_step", "f4", LANES),
        ("damping", "f4", LANES),
        ("last", "f4", LANES),
        ("residual_left", "f4", LANES),
        ("residual_right", "f4", LANES),
    ]
)
