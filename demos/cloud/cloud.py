"""A pad of slowly beating saws whose colour follows `depth`, with an echo in time with the music."""

import pyo


def build(patch):
    """The sound of the layer."""
    depth = patch.parameter("depth", ramp_ms=200)
    notes = patch.notes(voices=8)
    level = pyo.Port(notes.gate * (0.4 + 0.6 * notes.velocity), risetime=0.35, falltime=1.2)
    saws = pyo.SuperSaw(freq=notes.hz, detune=0.55, bal=0.7, mul=level * 0.12)
    octave = pyo.Sine(freq=notes.hz * 2, mul=level * 0.05)
    swell = pyo.Cos(patch.beat * (2 * 3.14159 / 16)) * 0.25 + 0.75  # once in four bars
    dark = pyo.MoogLP((saws + octave).mix(2), freq=300 + depth * swell * 3200, res=0.25)
    echo_s = 45.0 / patch.tempo_bpm  # three quarters of a beat
    echo = pyo.SmoothDelay(dark, delay=echo_s, feedback=0.35, maxdelay=2.0, mul=0.3)
    return dark + echo
