"""Tap the beat: press Enter in time, and the music comes to you.

    adaptive play stride        # or any preset with `phase_event` in [tempo_follow]
    python demos/tap_the_beat.py

Each Enter is sent as a step with its time.  The line shows the tempo of the last taps, and how far the
music's nearest beat was from the tap, as it is heard.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "clients" / "python"))
from adaptive_client import Client


def main() -> None:
    """Send a step for each line of standard input."""
    parser = argparse.ArgumentParser(description="Tap the beat with Enter; Ctrl-D ends it.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--event", default="step", help="the preset's `phase_event`")
    arguments = parser.parse_args()
    taps: list[float] = []
    with Client(arguments.host, arguments.port) as music:
        if arguments.event not in music.hello["events"]:
            print(f"{music.hello['preset']} does not follow {arguments.event!r}")
            return
        print("Press Enter on each beat.")
        for _line in sys.stdin:
            taps = [*taps[-7:], time.monotonic()]
            music.step(arguments.event)
            beat = music.beat_now()
            if len(taps) > 1 and beat is not None:
                tempo = 60.0 * (len(taps) - 1) / (taps[-1] - taps[0])
                late_ms = -1000.0 * (beat - round(beat)) * 60.0 / tempo
                print(f"{tempo:5.1f} a minute; the nearest beat is {late_ms:+4.0f} ms from your tap")


if __name__ == "__main__":
    main()
