"""`render -o OUT.mid`: the file agrees with the log of the same render within two ticks and a millisecond."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adaptive.errors import InputError
from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.offline import RenderJob, RenderResult, render_to_files
from adaptive.session.performance import vocabulary
from tests.helpers.midi import Heard, ReadBack
from tests.helpers.presets import make_preset, two_sections

GOLDEN = Path(__file__).parents[1] / "golden" / "midi" / "nightfall.txt"

RATE = 48000
MILLISECOND = 1e-3
TICKS_APART = 2
"""Rounding: an eighth has 480 ticks in the file and 960 in the log."""

GENERATED = """
[states.place]
values = ["road", "shelter", "hall"]
[layers.drums]
generator = "drums"
[layers.bass]
generator = "bass"
style = "walking"
[layers.pad]
generator = "pad"
[layers.tune]
generator = "melody"
[sections.road]
layers = ["drums", "bass", "pad"]
length_bars = 4
[sections.shelter]
layers = ["bass", "pad", "tune"]
length_bars = 4
tempo_bpm = 96
key = "C# dorian"
[sections.hall]
layers = ["drums", "tune"]
length_bars = 3
[[select]]
section = "shelter"
when = "place == 'shelter'"
[[select]]
section = "hall"
when = "place == 'hall'"
[[select]]
section = "road"
[[transitions]]
from = "any"
to = "any"
exit_at = "beat"
fade_out = { beats = 1 }
"""

HEAD = 'schema = 1\nname = "Größe"\ntempo_bpm = 131.7\n'

TEMPOS = [
    {"t": 3.1, "tempo": 187.3},
    {"t": 7.7, "state": {"place": "shelter"}},
    {"t": 12.2, "tempo": 61.0},
    {"t": 17.9, "state": {"place": "hall"}},
    {"t": 23.3, "tempo": None},
    {"t": 27.0, "state": {"place": "road"}},
    {"t": 27.4, "tempo": 200.0},
    {"t": 31.0, "state": {"place": "shelter"}},
    {"t": 40.0},
]

NIGHT = [
    {"t": 0.0, "intensity": 0.0},
    {"t": 6.0, "intensity": 0.25},
    {"t": 14.0, "intensity": 0.8},
    {"t": 15.0, "event": "kill"},
    {"t": 22.0, "intensity": 0.0},
    {"t": 40.0},
]

STREETS = [
    {"t": 0.0, "unrest": 0.0},
    {"t": 6.3, "state": {"place": "market"}},
    {"t": 18.1, "unrest": 0.9},
    {"t": 27.0, "unrest": 0.0},
    {"t": 36.0, "state": {"place": "street"}},
    {"t": 42.0},
]


class Rendered:
    """A render to MIDI, with its log, its result and the file read back."""

    def __init__(self, preset: Preset, lines: list[dict[str, Any]], folder: Path, seed: int = 3) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, log, trace = folder / "out.mid", folder / "log.jsonl", folder / "trace.jsonl"
        trace.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        told = read_trace(trace, preset, RATE)
        job = RenderJob(preset, seed, told.seconds, told, "cut", RATE)
        self.result: RenderResult = render_to_files(job, self.path, log=log)
        self.log = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        self.read = ReadBack(self.path)

    def pairs(self, *layers: str) -> list[tuple[dict[str, Any], Heard]]:
        """Each note of the log with the nearest one of the file; every note is used once."""
        left: dict[tuple[str, int], list[Heard]] = {}
        for note in self.read.notes:
            left.setdefault((note.layer, note.midi), []).append(note)
        found = []
        for line in self.log:
            if line["kind"] == "note":
                same = left[line["layer"], line["midi"]]
                nearest = min(same, key=lambda note: abs(note.seconds - line["frame"] / RATE))
                same.remove(nearest)
                found.append((line, nearest))

        assert not any(left.values())
        return [pair for pair in found if not layers or pair[0]["layer"] in layers]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("midi")


@pytest.fixture(scope="module")
def night(folder: Path) -> Rendered:
    return Rendered(load("nightfall", vocabulary=vocabulary()), NIGHT, folder / "night", seed=0)


@pytest.fixture(scope="module")
def written(folder: Path) -> Rendered:
    preset = make_preset(folder / "preset", GENERATED, HEAD)
    return Rendered(preset, TEMPOS, folder / "written")


@pytest.fixture(scope="module")
def lanterns(folder: Path) -> Rendered:
    """Two meters, a bridge, fills."""
    return Rendered(load("lanterns", vocabulary=vocabulary()), STREETS, folder / "lanterns", seed=0)


@pytest.fixture(params=["night", "written", pytest.param("lanterns", marks=pytest.mark.ci)])
def rendered(request: pytest.FixtureRequest) -> Rendered:
    found: Rendered = request.getfixturevalue(request.param)
    return found


def test_every_note_of_the_log_is_in_the_file_and_no_other(rendered: Rendered) -> None:
    pairs = rendered.pairs()

    assert [max(1, round(line["velocity"] * 127)) for line, _ in pairs] == [n.velocity for _, n in pairs]
    assert len(rendered.read.notes) == rendered.result.notes == len(pairs) > 100


def test_every_onset_lies_within_a_millisecond_of_its_frame(rendered: Rendered) -> None:
    assert max(abs(line["frame"] / RATE - note.seconds) for line, note in rendered.pairs()) < MILLISECOND


def test_positions_in_the_file_are_those_of_the_log(rendered: Rendered) -> None:
    said = [(line["position"], rendered.read.position(note.tick)) for line, note in rendered.pairs()]

    assert [pair for pair in said if abs(ticks(pair[0]) - ticks(pair[1])) > TICKS_APART] == []


def ticks(position: str) -> int:
    bar, beat, tick = map(int, position.split("."))
    return bar * 10**6 + (beat - 1) * 960 + tick


def test_a_note_is_held_as_long_as_it_was_unless_a_seam_or_itself_ends_it(written: Rendered) -> None:
    whole, cut = 0, []
    marks = [tick for tick, _ in written.read.all("marker")]
    seams = [written.read.seconds(tick) for tick in marks]
    tempos = [line["t"] for line in written.log if line["kind"] == "tempo"]
    for line, note in written.pairs("bass", "pad", "tune"):
        held = eval_fraction(line["duration"]) * 960
        if abs(note.end_tick - note.tick - held) <= 1:
            whole += 1
            continue
        again = any(
            (other.layer, other.midi, other.tick) == (note.layer, note.midi, note.end_tick)
            for other in written.read.notes
        )
        # a layer that goes on is cut at the seam; one that ends fades out over a beat of the earlier tempo
        ended = any(abs(note.end_tick - tick) <= 1 for tick in marks)
        ended |= any(0.0 <= note.end_s - seam <= 1.0 for seam in seams)
        crosses = any(note.seconds <= at <= note.end_s + 0.01 for at in tempos)
        cut += [] if again or ended or crosses else [(line["layer"], line["t"], held)]

    assert cut == []
    assert whole > 60


def eval_fraction(text: str) -> float:
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


def test_a_section_is_marked_where_it_begins(rendered: Rendered) -> None:
    first = next(line for line in rendered.log if line["kind"] == "transition")
    seams = [(0, first["target"])]
    seams += [(line["frame"], line["section"]) for line in rendered.log
              if line["kind"] == "layer" and "section" in line]  # fmt: skip
    marks = rendered.read.all("marker")

    assert [name for _, name in seams] == [name for _, name in marks]
    assert len(marks) >= 4
    for (frame, _), (tick, _) in zip(seams, marks, strict=True):
        assert abs(frame / RATE - rendered.read.seconds(tick)) < MILLISECOND


def test_keys_title_and_licence_are_in_the_file(written: Rendered, night: Rendered) -> None:
    keys = [key for _, key in written.read.all("key_signature")]

    assert written.read.all("track_name") == [(0, "Größe")]
    assert keys == ["Am", "G#m", "Am", "G#m"]  # C# dorian is written with five sharps
    assert night.read.all("key_signature") == [(0, "Dm")]
    assert night.read.all("copyright") == [(0, "CC-BY-4.0")]


def test_another_meter_and_a_bridge_are_in_the_file(lanterns: Rendered) -> None:
    meters = [tuple(value) for _, value in lanterns.read.all("time_signature")]  # type: ignore[arg-type]

    assert {(4, 4), (3, 4)} <= set(meters)
    assert "bridge:alarm" in [name for _, name in lanterns.read.all("marker")]


def test_a_cut_bar_is_a_short_bar(night: Rendered) -> None:
    lengths = [value for _, value in night.read.all("time_signature")]

    assert lengths[0] == [4, 4]
    assert any(beats < 4 for beats, _ in lengths)


def test_drums_play_on_channel_ten_and_others_on_their_own(written: Rendered) -> None:
    channels = {note.layer: note.channel for note in written.read.notes}

    assert channels == {"drums": 9, "bass": 0, "pad": 1, "tune": 2}
    programmes = {m.channel: m.program for t in written.read.file.tracks for m in t
                  if m.type == "program_change"}  # fmt: skip
    assert programmes == {0: 39, 1: 89, 2: 81}


def test_layers_without_notes_are_named_in_the_file_and_by_the_command(night: Rendered) -> None:
    layers = "pad, drone, glass, ostinato, strings, drums, brass, heartbeat"
    sentence = f"layers of recorded sound have no notes: {layers}"

    assert night.result.remarks == [sentence]
    assert (0, sentence) in night.read.all("text")


def test_the_same_render_gives_the_same_bytes(written: Rendered, folder: Path) -> None:
    again = Rendered(make_preset(folder / "preset", GENERATED, HEAD), TEMPOS, folder / "again")

    assert again.path.read_bytes() == written.path.read_bytes()


def test_a_preset_without_written_layers_is_refused(tmp_path: Path) -> None:
    preset = two_sections(tmp_path / "stems")
    with pytest.raises(InputError, match=r"Test has no generated layer, so there are no notes to write"):
        render_to_files(RenderJob(preset, 0, 1.0), tmp_path / "x.mid")

    assert not (tmp_path / "x.mid").exists()


def test_more_layers_than_channels_share_them_which_is_reported_once(tmp_path: Path) -> None:
    names = [f"l{number}" for number in range(17)]
    body = "".join(f'[layers.{name}]\ngenerator = "bass"\n' for name in names)
    body += f"[sections.all]\nlayers = {json.dumps(names)}\nlength_bars = 2\n"
    result = render_to_files(RenderJob(make_preset(tmp_path / "many", body), 0, 2.0), tmp_path / "x.mid")
    read = ReadBack(tmp_path / "x.mid")

    assert result.remarks == ["17 layers share 15 channels"]
    assert [text for _, text in read.all("text")].count("17 layers share 15 channels") == 1
    assert {note.channel for note in read.notes} == set(range(16)) - {9}
    assert len({note.layer for note in read.notes}) == 17


def test_a_cadence_ends_in_a_silence_that_is_marked(folder: Path) -> None:
    preset = make_preset(folder / "preset", GENERATED, HEAD)
    render_to_files(RenderJob(preset, 3, 5.0, ending="cadence"), folder / "c.mid")
    marks = ReadBack(folder / "c.mid").all("marker")

    assert [name for _, name in marks] == ["road", "silence"]


def test_stems_can_be_written_beside_the_notes(written: Rendered, folder: Path) -> None:
    preset = make_preset(folder / "preset", GENERATED, HEAD)
    render_to_files(RenderJob(preset, 3, 1.0), folder / "s.mid", stems=folder / "stems")

    assert {path.stem for path in (folder / "stems").glob("*.flac")} >= {"bass", "drums", "pad", "tune"}


def test_the_first_bars_of_nightfall_equal_the_golden_file(night: Rendered, update_golden: bool) -> None:
    rows = [f"{night.read.position(tick):>9} {kind} {value}" for tick, kind, value in night.read.said
            if kind not in {"end_of_track"}]  # fmt: skip
    early = [note for note in night.read.notes if int(night.read.position(note.tick).split(".")[0]) <= 6]
    rows += [
        f"{night.read.position(n.tick):>9} {n.layer:10} channel {n.channel + 1:2} key {n.midi:3} "
        f"velocity {n.velocity:3} for {n.end_tick - n.tick}"
        for n in sorted(early, key=lambda n: (n.tick, n.layer, n.midi))
    ]
    told = "\n".join(rows) + "\n"
    if update_golden:
        GOLDEN.write_text(told, encoding="utf-8", newline="\n")

    assert GOLDEN.read_text(encoding="utf-8") == told
