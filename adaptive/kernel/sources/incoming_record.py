"""Memory of an incoming stream: its record in the engine, and the ring that another process may write."""

from __future__ import annotations

import numpy as np

from adaptive.kernel.sources.source_record import instrument_record, voice_record

INCOMING = instrument_record(
    [
        ("at_words", "i8"),  # address of the words of the ring
        ("at_frames", "i8"),  # address of its frames: float32, left and right interleaved
        ("capacity", "i8"),  # frames in the ring; a whole number of quanta
        ("latency", "i8"),  # frames that wait before it begins to play
        ("most", "i8"),  # more waiting frames than this are skipped
        ("fade_step", "f4"),  # by which its gain moves in a quantum where it begins or starves
        ("is_timed", "i4"),  # whether the number of a frame is that of the engine's timeline
        ("position", "i8"),  # number of the next frame to be read
        ("is_flowing", "i4"),
        ("gain", "f4"),
        ("starved", "i8"),  # times it ran out of frames
        ("skipped", "i8"),  # times it had too many
        ("damaged", "i8"),  # frames that were no number, or louder than +24 dBFS
        ("at_played_words", "i8"),  # where what it has played is kept, see `PlayedFrames`; 0: nowhere
        ("at_played_frames", "i8"),
        ("played_capacity", "i8"),
    ]
)
"""An incoming stream; it has no voices of its own, but the head and the commands of an instrument."""

INCOMING_VOICES = voice_record([])

RING_WORDS = np.dtype(
    [
        ("written", "i8"),  # number of the first frame that is not there yet; stored last, by its writer
        ("pad_written", "i8", 7),
        ("read", "i8"),  # number of the next frame that the kernel reads; stored by the kernel
        ("pad_read", "i8", 7),
        ("valid_from", "i8"),  # number of the first frame that is there
        ("pad_valid", "i8", 7),
    ]
)
"""The words of a ring, each in a cache line of its own; frames follow behind them."""
