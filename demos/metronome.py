"""Hear the music's own clock: a line for each bar and a word for each beat, section and note."""

import adaptive


def beat(at: adaptive.Beat) -> None:
    """Count the beats of a bar."""
    print(at.beat, end=" ", flush=True)


def bar(at: adaptive.Beat) -> None:
    """Say which bar begins, and how much later than it is rendered it is heard."""
    delay = at.heard_frame - at.frame
    print(f"\n{at.section}, bar {at.bar}, {at.tempo_bpm:g} bpm, heard {delay} frames later: ", end="")


def section(change: adaptive.SectionChange) -> None:
    """Say where the music has gone."""
    print(f"\n── {change.before or 'the beginning'} → {change.section or 'silence'} ──")


with adaptive.play("lanterns", seed=4, on={"section": section, "bar": bar, "beat": beat}) as music:

    @music.on("note")
    def note(sounded: adaptive.SoundedNote) -> None:
        """Name the notes of one layer."""
        if sounded.layer == "tune":
            print(sounded.pitch, end=" ")

    music.wait(60)
    music.stop(fade_s=2.0)
print()
