"""Memory of a sampler: its regions, their modulators, its channels, and groups of sixteen voices."""

from __future__ import annotations

from adaptive.kernel.layout import LANES, record
from adaptive.kernel.processors.descriptor import Parameter
from adaptive.kernel.sources.source_record import instrument_record, voice_record

CHANNELS = 16

BEND, PRESSURE, BEND_RANGE, CONTROLS = 128, 129, 130, 131
"""Controls of a channel: controllers 0 to 127, pitch wheel, pressure, range of the wheel; their number."""

VELOCITY, KEY, ALWAYS = 131, 132, 133
"""What moves a modulator besides: velocity and key of its note, and nothing, which counts as 1."""

FIRST_LINK, LINKS = 134, 8
"""Sums of other modulators that may move one, and their number."""

OFFSETS = 256
"""Controls from this number on set what is added to a destination of the channel, in its unit; twice as many
as there are destinations, because two may add to one."""

CURVE_SHIFT, IS_FALLING, IS_BIPOLAR = 8, 1 << 10, 1 << 11
"""Parts of a source in one number: control, two bits of its curve, and two flags."""

CURVES = ("linear", "concave", "convex", "switch")

ENVELOPE_PARTS = ("delay", "attack", "hold", "decay", "sustain", "release")

DESTINATIONS = (
    "pitch", "cutoff", "resonance", "attenuation", "pan",
    "lfo_pitch", "vibrato_pitch", "modulation_pitch", "lfo_cutoff", "modulation_cutoff", "lfo_level",
    *ENVELOPE_PARTS,
    *(f"modulation_{part}" for part in ENVELOPE_PARTS),
    "lfo_delay", "vibrato_delay", "lfo_rate", "vibrato_rate", "start",
    *(f"link_{number}" for number in range(LINKS)),
)  # fmt: skip
"""What a modulator can move.

Pitches and cutoffs in semitones; resonance and level of the LFO in octaves of gain, attenuation too; pan from
-1 to 1; times and rates in octaves; the sustain of the amplitude in octaves of gain, that of the modulation
as a share; the start in frames of the recording; a link, which moves other modulators, from 0 to 1.
"""

MODULATOR = record(
    [
        ("source", "i4"),
        ("amount_source", "i4"),
        ("destination", "i4"),  # number in `DESTINATIONS`
        ("is_absolute", "i4"),
        ("amount", "f4"),  # in the unit of the destination
    ]
)

REGION = record(
    [
        ("data", "i8"),  # address of the first frame; of a loop, copies of its beginning follow its end
        ("plain", "i8"),  # the same without such copies, for a loop that ends with the note
        ("at_marks", "i8"),  # of a stream: which chunks of `data` are in memory; 0: all
        ("at_plain_marks", "i8"),
        ("frames", "i8"),
        ("loop_end", "i8"),  # the frame that is played as the first of the loop; 0: no loop
        ("loop_frames", "i8"),
        ("first_modulator", "i8"),
        ("modulator_count", "i8"),
        ("channel", "i8"),
        ("loops_until_release", "i4"),
        ("plays_to_its_end", "i4"),  # 1: a release does not end it
        ("choke_group", "i4"),  # a note of it silences voices that are `choked_by` the group; 0: none
        ("choked_by", "i4"),
        ("is_choked_slowly", "i4"),  # 1: as if it were released
        ("off_rate", "f4"),  # octaves a frame by which it falls then; 0: as it is released
        ("start", "f8"),  # frame at which a note begins
        ("ratio", "f4"),  # frames of the recording to one of the engine
        ("root", "f4"),  # pitch at which it plays as it was recorded
        ("key_scale", "f4"),  # semitones for each key
        ("tune", "f4"),  # semitones
        ("fixed_pitch", "f4"),  # of every note, whatever its key; negative: its own
        ("fixed_velocity", "f4"),
        ("gain", "f4"),
        ("pan", "f4"),
        ("cutoff_pitch", "f4"),
        ("resonance", "f4"),  # octaves of gain above a flat filter
        ("is_filtered", "i4"),
        ("has_modulation", "i4"),  # 1: the modulation envelope may move something
        # [amplitude, modulation]; times in octaves of a frame
        ("delay", "f4", 2),
        ("attack", "f4", 2),
        ("hold", "f4", 2),
        ("decay", "f4", 2),
        ("sustain", "f4", 2),  # octaves of gain below the peak; share
        ("release", "f4", 2),
        ("hold_octaves", "f4", 2),  # by which hold and decay are longer for each key below 60
        ("decay_octaves", "f4", 2),
        ("modulation_pitch", "f4"),  # semitones at full modulation
        ("modulation_cutoff", "f4"),
        # [modulation, vibrato]
        ("lfo_delay", "f4", 2),  # octaves of a frame
        ("lfo_rate", "f4", 2),  # octaves of a cycle a frame
        ("lfo_pitch", "f4", 2),  # semitones
        ("lfo_cutoff", "f4"),
        ("lfo_octaves", "f4"),  # of the gain
    ]
)
"""A recording, and for which keys and how it is played."""

PARAMETERS = (
    Parameter("level_db", -60.0, 24.0, 0.0, "Level of its notes."),
    Parameter("tune_cents", -1200.0, 1200.0, 0.0, "Added to the pitch of its notes."),
)

SAMPLER = instrument_record(
    [
        ("at_regions", "i8"),
        ("region_count", "i8"),
        ("at_modulators", "i8"),
        ("modulator_count", "i8"),
        ("at_sinc", "i8"),
        ("starved", "i8"),  # how many times voices ran out of frames
        ("most_voices", "i8"),  # further lanes are for stolen voices, which fade
        ("gain", "f4"),
        ("tune", "f4"),  # semitones
        ("choke_rate", "f4"),  # octaves a frame
        ("controls", "f4", (CHANNELS, CONTROLS)),  # from 0 to 1
        ("offsets", "f4", (CHANNELS, 2 * len(DESTINATIONS))),  # see `OFFSETS`
        ("version", "i4", CHANNELS),  # rises with each change of a control of the channel
    ],
    PARAMETERS,
)

SAMPLER_VOICES = voice_record(
    [
        ("region", "i4", LANES),
        ("version", "i4", LANES),  # of the channel when the fields below were computed
        ("is_plain", "i4", LANES),  # 1: the loop is left, see `REGION`
        ("is_over", "i4", LANES),
        ("is_choked", "i4", LANES),  # 1: another note or voice has ended it
        ("missing", "i4", LANES),  # quarters by which it has faded, because frames are not in memory
        ("position", "i8", LANES),  # frames of the recording, times 2^32
        ("step", "i8", LANES),
        ("wet", "f4", LANES),  # 1: it is filtered; 0: not
        ("resting_step", "i8", LANES),  # as long as nothing moves it
        ("is_moving", "i4", LANES),  # 1: envelope or oscillators move it
        ("shift", "f4", (len(DESTINATIONS), LANES)),  # what the modulators add
        # of the region, with what the modulators add
        ("tuned", "f4", LANES),  # semitones from the recording
        ("loudness", "f4", LANES),  # linear
        ("note_gain", "f4", LANES),  # linear, of the command
        ("note_pan", "f4", LANES),
        ("cutoff", "f4", LANES),
        ("damping", "f4", LANES),
        ("modulation_pitch", "f4", LANES),
        ("modulation_cutoff", "f4", LANES),
        ("lfo_pitch", "f4", (2, LANES)),
        ("lfo_cutoff", "f4", LANES),
        ("lfo_octaves", "f4", LANES),
        ("lfo_delay", "f4", (2, LANES)),
        ("lfo_step", "f4", (2, LANES)),
        ("attack", "f4", (2, LANES)),  # frames
        ("hold", "f4", (2, LANES)),
        ("decay_rate", "f4", (2, LANES)),  # octaves (amplitude) or shares of full scale a frame
        ("sustain", "f4", (2, LANES)),
        ("release_rate", "f4", (2, LANES)),
        ("pan_left_wanted", "f4", LANES),
        ("pan_right_wanted", "f4", LANES),
        # running
        ("part", "i4", (2, LANES)),  # of the envelope: 0 delay, 1 attack, 2 hold, 3 decay, 4 release
        ("left", "f4", (2, LANES)),  # frames to the next part
        ("level", "f4", (2, LANES)),  # at the end of the quantum
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
        ("b1", "f4", LANES),
        ("b2", "f4", LANES),
        ("b3", "f4", LANES),
        ("aimed", "f4", LANES),  # the cutoff to which the coefficients have moved
        ("b1_step", "f4", LANES),
        ("b2_step", "f4", LANES),
        ("b3_step", "f4", LANES),
        ("last", "f4", LANES),
        ("residual_left", "f4", LANES),
        ("residual_right", "f4", LANES),
    ]
)
