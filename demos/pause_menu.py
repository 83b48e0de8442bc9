"""A pause menu and a dialogue over *nightfall*, by snapshots of the mixer."""

import shutil
import tempfile
from pathlib import Path

import adaptive

DIALOGUE = """
[snapshots.dialogue]
begin_on = "speech"
end_on   = "speech_over"
fade_in  = { seconds = 0.15 }
fade_out = { seconds = 0.8 }
set      = { "layers.strings.level_db" = -8.0, "layers.brass.level_db" = -8.0, "reverb.level_db" = -3.0 }
"""
PAUSE = """
[snapshots.pause]
fade_in  = { seconds = 0.3 }
fade_out = { beats = 2 }
set      = { LAYERS, "reverb.level_db" = 3.0 }
"""

with tempfile.TemporaryDirectory() as temporary:
    preset, folder = adaptive.load("nightfall"), Path(temporary) / "nightfall"
    shutil.copytree(preset.folder, folder)
    each = '"layers.{0}.cutoff_hz" = 700.0, "layers.{0}.level_db" = -6.0'
    pause = PAUSE.replace("LAYERS", ", ".join(each.format(layer) for layer in preset.file.layers))
    with (folder / "preset.toml").open("a", encoding="utf-8") as file:
        file.write(DIALOGUE + pause)

    with adaptive.play(folder, parameters={"intensity": 0.7}) as music:
        music.wait(6)
        music.fire("speech")
        music.wait(6)
        print(f"somebody speaks: {music.snapshots}")
        music.fire("speech_over")
        music.snapshots["pause"] = True
        music.wait(6)
        print(f"the menu is open: {music.snapshots}")
        music.snapshots["pause"] = None
        music.wait(6)
        print(f"back in the game: {music.snapshots}")
