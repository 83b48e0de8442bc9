"""Use the engine as a mixing desk: levels, mute and solo of layers, while the music decides what plays."""

import adaptive

with adaptive.play("lanterns") as music:
    for layer in music.layers.values():
        print(layer, "plays" if layer.is_playing else "")
    music.wait(8)

    tune = music.layers["tune"]
    tune.solo()
    print(f"the tune alone: {tune}")
    music.wait(8)
    tune.unsolo()

    music.layers["lute"].mute()
    tune.fade_to(-12, seconds=4)
    print(f"without the lute, and the tune goes to {tune.level_db:g} dB")
    music.wait(8)

    music.layers["lute"].unmute()
    tune.release(seconds=2)
    print(f"as the preset says: {tune}")
    music.wait(8)
