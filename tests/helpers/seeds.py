"""Valid inputs that tests damage: a preset and its messages, packets, a trace, presets with every table."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from adaptive.inputs.osc_codec import OscBundle, OscMessage, encode_bundle, encode_message
from tests.helpers.mutation import as_json

BODY = """
[parameters.threat]
rise_s = 0.05
[parameters.cadence]
range = [60.0, 240.0]
[parameters.both]
value = "max(threat, cadence)"
[states.place]
values = ["road", "shelter"]
[[inputs]]
osc = "/pursuers/nearest_m"
parameter = "threat"
input_range = [80.0, 5.0]
output_range = [0.0, 1.0]
[[inputs]]
osc = "/world/zone"
state = "place"
values = { 0 = "road", 1 = "shelter" }
[[inputs]]
osc = "/player/caught"
event = "hit"
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight", "bass"]
[[select]]
section = "fight"
when = "place == 'shelter' or threat > 0.6"
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "any"
exit_at = "beat"
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
cooldown_s = 0.5
"""

MESSAGES: tuple[Any, ...] = (
    {"parameter": "threat", "value": 0.8},
    {"parameter": "cadence", "value": 120, "id": "c"},
    {"state": {"place": "shelter"}, "id": "s1"},
    {"state": "road"},
    {"event": "hit", "velocity": 0.7, "expires_s": 0.5, "id": "k1"},
    {"parameter": "threat", "value": 0.2, "seconds": 0.5},
    {"mix": {"layers.calm.level_db": -6, "layers.fight.level_db": None}, "seconds": 0.2, "id": "m"},
    {"tempo": 172}, {"tempo": None},
    {"play": True}, {"stop": True}, {"pause": True}, {"resume": True}, {"volume": 0.7},
    {"load": "nightfall", "id": "l"}, {"reload": True}, {"undo": True}, {"save": True, "id": "slot 1"},
    {"restore": {"music": 1, "preset": "small", "section": "calm", "bar": 41}},
    {"subscribe": ["beat", "section", "meters", "parameters", "receipt"]},
    {"token": "a-token-that-nobody-guesses"},
    [{"parameter": "threat", "value": 0.9}, {"event": "hit"}],
)  # fmt: skip
"""The examples of ``docs/protocol.md``, with this preset's names."""

TRACE = (
    {"meta": {"preset": "small", "seed": 7, "sample_rate": 48000}},
    {"t": 0.0, "threat": 0.2, "cadence": 120.0},
    {"t": 4.5, "event": "hit", "velocity": 0.8, "expires_s": 1.0},
    {"t": 9.0, "state": {"place": "shelter"}},
    {"t": 12.0, "state": "road"},
    {"t": 15.0, "tempo": 100},
    {"t": 16.0, "tempo": None},
    {"t": 20.0, "stop": True},
    {"t": 24.0, "play": True},
    {"t": 30.0},
)
TRACE_LINES = [as_json(line) for line in TRACE]

GENERATED = """
key = "A minor"
[layers.pad]
generator = "pad"
level_db = { over = "threat", points = [[0.0, -4.0], [1.0, -12.0]] }
[layers.drums]
generator = "drums"
style = "pulse"
instrument = "kit_light"
density = 0.5
[parameters.threat]
rise_s = 0.1
hysteresis = 0.1
stale_after_s = 2.0
fallback = "default"
[sections.a]
layers = ["pad", "drums"]
length_bars = 2
chords = ["Am", "Dm F"]
markers = { lift = 2 }
[sections.b]
layers = ["pad"]
length_bars = 3
meter = "3/4"
[playlists.both]
play = ["a", "b"]
order = "random"
weights = { a = 2.0 }
loops = { b = 2 }
[[select]]
section = "both"
when = "threat > 0.5 and not (age(threat) > 1 or bars_in_section < 2)"
[[select]]
section = "a"
[[transitions]]
from = "a"
to = "b"
exit_at = { every_beats = 2, offset_beats = 1 }
enter_at = "same_position"
fade_out = { beats = 2, curve = "linear" }
bridge = "over"
[[transitions]]
exit_at = { marker = "lift" }
fade_in = { seconds = 0.5, start_seconds = -0.2 }
[bridges.over]
layers = ["drums"]
length_beats = 2
[instruments.lead]
oscillator_1 = { shape = "saw" }
cutoff_hz = 900.0
[stingers.hit]
instrument = "lead"
notes = [{ at = 0.0, degree = 1 }, { at = 0.5, degree = 5, beats = 0.5 }]
play_at = "bar"
duck_db = -6.0
"""

STEMS = """
meter = "6/8"
[parameters.threat]
range = [-1.0, 1.0]
default = -1.0
fall_s = 3.0
law = "linear"
fallback = 0.5
[states.place]
values = ["road", "shelter"]
default = "shelter"
[[inputs]]
osc = "/world/zone"
state = "place"
argument = 1
values = { 0 = "road", 1 = "shelter" }
[layers.calm]
stem = { calm = ["calm.wav", "both.wav"], fight = "fight.wav" }
order = "random"
avoid_last = 1
reverb_db = -12.0
cutoff_hz = { over = "threat", points = [[-1.0, 200.0], [0.0, 900.0], [1.0, 20000.0]] }
pan = -0.5
[sections.calm]
layers = ["calm"]
length_beats = 6
first_beat_s = 0.01
min_stay_bars = 1
phrase_bars = 2
[sections.fight]
layers = ["calm"]
length_bars = 2
tempo_bpm = 120.0
energy = 0.9
[[select]]
section = "fight"
when = "place == 'shelter' and threat > -0.5"
urgent = true
react_within_s = 30.0
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "fight"
exit_at = "immediate"
fill = "up"
fade_out = { bars = 1, curve = "equal_power" }
[fills.up]
stem = "blow.wav"
length_beats = 1
replaces = ["calm"]
must_fit = true
[bridges.span]
stem = "calm.wav"
length_bars = 1
level_db = -3.0
[[transitions]]
from = "fight"
to = "calm"
bridge = "span"
exit_at = "phrase"
pickup = "never"
[stingers.hit]
stem = { "D minor" = "blow.wav", "A major" = "blow.wav" }
first_beat_s = 0.1
no_room = "drop"
expires_s = 1.0
[credits]
composer = "Ada"
license = "CC0-1.0"
"""


def osc_packets(parameter: str = "threat", other: str = "cadence", event: str = "hit") -> list[bytes]:
    """Valid packets: every address, every type tag, bundles; and the corpus of other programs, if present."""
    own = [
        encode_message(f"/adaptive/parameter/{parameter}", [0.5]),
        encode_message(f"/adaptive/parameter/{other}", [2**40]),
        encode_message("/adaptive/state/place/shelter"),
        encode_message("/adaptive/state/road"),
        encode_message("/adaptive/state/place", [1]),
        encode_message(f"/adaptive/event/{event}", [0.5, "an id"]),
        encode_message("/adaptive/tempo", [172.0]),
        encode_message("/adaptive/tempo"),
        *(
            encode_message(f"/adaptive/{word}")
            for word in ("play", "stop", "pause", "resume", "play", "resume")
        ),
        encode_message("/adaptive/volume", [0.7]),
        encode_message("/adaptive/load", ["nightfall"]),
        encode_message("/adaptive/subscribe", ["beat", "meters", 9001]),
        encode_message("/adaptive/token", ["a-token-that-nobody-guesses"]),
        encode_message("/pursuers/nearest_m", [40.0]),
        encode_message("/world/zone", [1]),
        encode_message("/player/caught", [True]),
        encode_message("/a", [1, "text", b"blob", True, None, 2**40, (1, (2.0,))]),
    ]
    inner = OscBundle(2**63, (OscMessage(f"/adaptive/event/{event}", ()), OscBundle(1, ())))
    messages = [
        OscMessage(f"/adaptive/parameter/{parameter}", (0.9,)),
        OscMessage("/adaptive/tempo", (100.0,)),
        inner,
    ]
    return [*own, encode_bundle(messages), *foreign_packets()]


def foreign_packets() -> list[bytes]:
    """Packets of other programs, if ``ADAPTIVE_TEST_DATA`` has them."""
    path = Path(os.environ.get("ADAPTIVE_TEST_DATA", "")) / "osc" / "corpus.jsonl"
    if not os.environ.get("ADAPTIVE_TEST_DATA") or not path.exists():
        return []
    return [bytes.fromhex(json.loads(line)["hex"]) for line in path.read_text(encoding="utf-8").splitlines()]
