"""Memory of a sampler: its regions, and groups of sixteen voices."""

from __future__ import annotations

from adaptive.kernel.layout import LANES, record
from adaptive.kernel.sources.source_record import instrument_record, voice_record

REGION = record(
    [
        ("data", "i8"),  # address of the first frame; of a loop, copies of its beginning follow its end
        ("plain", "i8"),  # the same without such copies, for a loop that ends with the note
        ("frames", "i8"),
        ("loop_end", "i8"),  # the frame that is played as the first of the loop; 0: no loop
        ("loop_frames", "i8"),
        ("loops_until_release", "i4"),
        ("choke", "i4"),  # voices of one group silence each other; 0: none
        ("start", "f8"),  # frame at which a note begins
        ("ratio", "f4"),  # frames of the recording to one of the engine
        ("root", "f4"),  # pitch at which it plays as it was recorded
        ("key_scale", "f4"),  # semitones for each key
        ("tune", "f4"),  # semitones
        ("gain", "f4"),
        ("pan", "f4"),
        ("cutoff_pitch", "f4"),
        ("damping", "f4"),
        ("is_filtered", "i4"),
        # [amplitude, modulation]; in frames, and octaves (amplitude) or shares of full scale a frame
        ("delay", "f4", 2),
        ("attack", "f4", 2),
        ("hold", "f4", 2),
        ("decay_rate", "f4", 2),
        ("sustain", "f4", 2),
        ("release_rate", "f4", 2),
        ("hold_octaves", "f4", 2),  # by which hold and decay are longer for each key below 60
        ("decay_octaves", "f4", 2),
        ("modulation_pitch", "f4"),  # semitones at full modulation
        ("modulation_cutoff", "f4"),
        # [modulation, vibrato]
        ("lfo_delay", "f4", 2),  # frames
        ("lfo_step", "f4", 2),  # cycles a frame
        ("lfo_pitch", "f4", 2),  # semitones
        ("lfo_cutoff", "f4"),
        ("lfo_octaves", "f4"),  # of the gain
    ]
)
"""A recording, and for which keys and how it is played."""

SAMPLER = instrument_record(
    [
        ("at_regions", "i8"),
        ("region_count", "i8"),
        ("at_sinc", "i8"),
        ("gain", "f4"),
        ("tune", "f4"),  # semitones
        ("choke_rate", "f4"),  # octaves a frame
    ]
)

SAMPLER_VOICES = voice_record(
    [
        ("region", "i4", LANES),
        ("is_plain", "i4", LANES),  # 1: the loop is left, see `REGION`
        ("is_over", "i4", LANES),
        ("position", "f8", LANES),  # frames of the recording
        ("step", "f4", LANES),
        ("part", "i4", (2, LANES)),  # of the envelope: 0 delay, 1 attack, 2 hold, 3 decay, 4 release
        ("left", "f4", (2, LANES)),  # frames to the next part
        ("level", "f4", (2, LANES)),  # at the end of the quantum
        ("release_rate", "f4", LANES),
        ("lfo_frames", "f4", LANES),  # since the note began
        # straight line within the quantum: value + step · (min(frame, until) - origin)
        ("gain_value", "f4", LANES),
        ("gain_step", "f4", LANES),
        ("gain_origin", "f4", LANES),
        ("gain_until", "f4", LANES),
        ("pan_left", "f4", LANES),
        ("pan_right", "f4", LANES),
        ("low", "f4", LANES),
        ("band", "f4", LANES),
        ("a1", "f4", LANES),
        ("a2", "f4", LANES),
        ("a3", "f4", LANES),
        ("a1_step", "f4", LANES),
        ("a2_step", "f4", LANES),
        ("a3_step", "f4", LANES),
        ("last", "f4", LANES),
        ("residual_left", "f4", LANES),
        ("residual_right", "f4", LANES),
    ]
)
