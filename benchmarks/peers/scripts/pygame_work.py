"""Loops stems in SDL_mixer through pygame-ce in real time: ``pygame_work.py COUNT BLOCK SECONDS``.

SDL's dummy driver requests the blocks in real time; the CPU time of the whole process is measured.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pygame

from benchmarks.peers import works

STEPS = 10
"""Gains are set every 10 ms; the first five of ten steps make the ramp."""


def main() -> None:
    """Play and retarget, in real time."""
    count, block, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    pygame.mixer.init(frequency=works.RATE, size=32, channels=2, buffer=block, allowedchanges=0)
    pygame.mixer.set_num_channels(count)
    channels = []
    for index in range(count):
        # the stem is rotated, because a channel always starts at the beginning
        audio = np.roll(works.noise(index), -index * works.START_STRIDE_FRAMES, axis=0)
        channels.append(pygame.mixer.Channel(index))
        channels[-1].play(pygame.sndarray.make_sound(np.ascontiguousarray(audio)), loops=-1)
    rng = np.random.default_rng(0)
    origins = targets = works.gains(rng, count)
    began, used = time.monotonic(), time.process_time()
    for step in range(round(seconds * 100)):
        at = step % STEPS
        if at == 0:
            origins, targets = targets, works.gains(rng, count)
        if at < STEPS // 2:
            levels = origins + (targets - origins) * ((at + 1) / (STEPS // 2))
            for channel, level in zip(channels, levels.tolist(), strict=True):
                channel.set_volume(level)
        time.sleep(max(0.0, began + 0.01 * (step + 1) - time.monotonic()))
    used = time.process_time() - used
    passed = time.monotonic() - began
    is_playing = all(channel.get_busy() for channel in channels)
    print(f"share {used / passed:.9f} rms {works.STEM_RMS if is_playing else 0.0}", flush=True)


if __name__ == "__main__":
    main()
