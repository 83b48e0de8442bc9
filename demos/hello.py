"""Play a preset, let danger come near, and strike: the smallest program."""

import adaptive

with adaptive.play("lanterns") as music:
    print(music)
    music.wait(8)
    music.parameters["unrest"].ramp_to(0.9, seconds=4)
    music.wait(8)
    music.fire("tower").wait()
    music.parameters["unrest"].set(0.0)
    music.wait(20)
