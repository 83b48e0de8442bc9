"""One word for one thing: class names, retired words, tests beside modules, the index of decisions."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tools import decision_index

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "adaptive"
UNIT = ROOT / "tests" / "unit"

MIRRORED = {"benchmarks": ROOT / "benchmarks", "benchmarks/peers": ROOT / "benchmarks" / "peers"}
"""Folders of `tests/unit` that do not mirror a folder of `adaptive/`."""

TESTED_ELSEWHERE: dict[str, str] = {
    "analysis.model": "dataclasses without logic",
    "composer.bass_span": "what figures work with: tests/unit/composer/test_bass.py",
    "composer.genres.ambient": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.chamber": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.cinematic": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.drum_and_bass": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.folk": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.funk": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.genre": "dataclasses without logic",
    "composer.genres.hiphop": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.house": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.jazz": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.lofi": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.pop": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.genres.rock": "a table: tests/unit/composer/genres/test_registry.py",
    "composer.harmony": "a dataclass without logic",
    "composer.learned.credit": "tests/unit/sinks/test_file.py",
    "composer.learned.weight_file": "tests/unit/composer/learned/test_weights.py",
    "composer.percussion": "constants",
    "composer.plan.brief": "what is held: tests/unit/conductor/test_steering.py",
    "composer.steer": "dataclasses without logic",
    "composer.worker.ahead_child": "tests/unit/composer/worker/test_ahead_orders.py",
    "conductor.input_health_log": "tests/cases/test_sensors.py",
    "conductor.layers.bar_requests": "tests/unit/conductor/layers/test_generated.py",
    "conductor.layers.drum_player": "tests/unit/conductor/layers/test_note_players.py",
    "conductor.layers.instrument_player": "tests/unit/conductor/layers/test_note_players.py",
    "conductor.layers.stem_state": "states to restore: tests/unit/conductor/layers/test_stems.py",
    "conductor.messages": "dataclasses without logic",
    "conductor.saved_steering": "tests/unit/conductor/test_steering.py",
    "engine.chunked_frames": "tests/unit/engine/test_disk_stream.py",
    "engine.decoding.contents": "a dataclass without logic",
    "engine.rig_spec": "dataclasses without logic; its questions: tests/unit/engine/test_rig.py",
    "engine.spec": "dataclasses without logic; what they must hold is in tests/unit/engine/test_validate.py",
    "engine.standard_rigs": "a table: tests/unit/engine/test_rig.py",
    "inputs.hello": "tests/unit/inputs/test_message.py",
    "inputs.midi.port_list": "tests/unit/inputs/test_midi_input.py",
    "inputs.osc_answers": "tests/cases/test_place.py",
    "inputs.osc_subscriber": "tests/cases/test_place.py",
    "inputs.reading_source": "tests/unit/session/test_input_sources.py",
    "inputs.subscribe": "a dataclass: tests/unit/inputs/test_osc_peers.py",
    "instruments.ensemble_patches": "patches: tests/unit/instruments/test_patches.py",
    "instruments.incoming": "tests/unit/session/incoming/test_streams.py",
    "instruments.recipe": "a dataclass without logic",
    "instruments.numbers": "tests/unit/instruments/test_kinds.py",
    "instruments.region_choice": "tests/unit/conductor/layers/test_sampler_players.py",
    "instruments.samples": "tests/unit/instruments/test_sfz.py",
    "instruments.sfz_opcodes": "tests/unit/instruments/test_sfz_libraries.py",
    "instruments.sfz_rules": "tests/unit/instruments/test_sfz_libraries.py",
    "instruments.sfz_regions": "tests/unit/instruments/test_sfz.py",
    "instruments.sfz_text": "tests/unit/instruments/test_sfz.py",
    "instruments.songs": "tests/unit/conductor/layers/test_song_source.py",
    "instruments.soundfont_samples": "tests/unit/instruments/test_soundfont.py",
    "instruments.soundfont_zones": "tests/unit/instruments/test_soundfont.py",
    "instruments.wave_chunks": "tests/unit/instruments/test_wavetable_files.py",
    "kernel.bus_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.capture_record": "records: tests/unit/kernel/test_capture.py",
    "kernel.device_callback": "runs only inside a callback: tests/render/test_callback.py",
    "kernel.dsp.band_limited": "waves: tests/unit/kernel/sources/test_subtractive.py",
    "kernel.dsp.lane_frames": "filters: tests/unit/kernel/sources/test_synth_frames.py",
    "kernel.ears_record": "records: tests/unit/kernel/test_ears.py",
    "kernel.hold_record": "records: tests/unit/kernel/test_holds.py",
    "kernel.jack_record": "a record: tests/unit/kernel/test_jack_ports.py",
    "kernel.osc_receiver_layout": "records: tests/unit/kernel/test_layout.py",
    "kernel.panner": "tests/unit/kernel/test_panning.py, tests/render/test_space.py",
    "kernel.processors.insert_record": "records: tests/unit/kernel/processors/test_insert.py",
    "kernel.processors.look_ahead": "two sums: tests/unit/kernel/processors/test_compressor.py",
    "kernel.processors.lowpass_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.processors.modulated_reverb_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.processors.reverb_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.rig_record": "records: tests/unit/engine/test_rig.py",
    "kernel.sources.channel_record": "numbers and fields: tests/unit/kernel/sources/test_channel_controls.py",
    "kernel.sources.chunk_marks": "fades of streams: tests/unit/engine/test_stream_reader.py",
    "kernel.sources.clip_ramps": "ramps of a clip: tests/unit/kernel/sources/test_clip.py",
    "kernel.sources.clip_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.sources.clip_stream": "fades of streams: tests/unit/engine/test_stream_reader.py",
    "kernel.sources.clip_tempo": "a clip's part in it: tests/unit/kernel/sources/test_stretched_clips.py",
    "kernel.sources.descriptor": "dataclasses: tests/unit/kernel/sources/test_registry.py",
    "kernel.sources.drum_kits": "kits: tests/unit/kernel/sources/test_drums.py",
    "kernel.sources.drum_pieces": "pieces: tests/unit/kernel/sources/test_drums.py",
    "kernel.sources.fm": "tests/unit/kernel/sources/test_plain.py",
    "kernel.sources.frame_ring": "tests/unit/kernel/sources/test_incoming.py",
    "kernel.sources.grain_materials": "tests/unit/kernel/sources/test_granular.py",
    "kernel.sources.grain_sound": "tests/unit/kernel/sources/test_granular.py",
    "kernel.sources.incoming_record": "records: tests/unit/kernel/sources/test_incoming.py",
    "kernel.sources.incoming_settings": "tests/unit/kernel/sources/test_incoming.py",
    "kernel.sources.modal": "tests/unit/kernel/sources/test_plain.py",
    "kernel.sources.notes": "notes of every kind: tests/unit/kernel/sources/test_registry.py",
    "kernel.sources.plucked": "tests/unit/kernel/sources/test_plain.py",
    "kernel.sources.polyphony": "stolen voices: tests/unit/kernel/sources/test_subtractive.py",
    "kernel.sources.sample_records": "tests/unit/engine/test_sample_stream.py",
    "kernel.sources.sample_source": "Protocols: tests/unit/engine/test_sample_stream.py",
    "kernel.sources.sampler_frames": "tests/unit/kernel/sources/test_sampler.py",
    "kernel.sources.sampler_record": "records: tests/unit/kernel/sources/test_sampler.py",
    "kernel.sources.sampler_regions": "settings: tests/unit/kernel/sources/test_sampler.py",
    "kernel.sources.sampler_stream": "tests/unit/engine/test_sample_stream.py",
    "kernel.sources.sampler_settings": "tests/unit/kernel/sources/test_sampler.py",
    "kernel.sources.source_record": "records: tests/unit/kernel/sources/test_registry.py",
    "kernel.sources.stretch_map": "the plan of a hop: tests/unit/kernel/sources/test_stretch.py",
    "kernel.sources.stretch_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.sources.stretch_spectrum": "the spectra of a stem: tests/unit/kernel/sources/test_stretch.py",
    "kernel.sources.subtractive_aim": "tests/unit/kernel/sources/test_subtractive.py",
    "kernel.sources.subtractive_frames": "tests/unit/kernel/sources/test_subtractive.py",
    "kernel.sources.subtractive_oscillators": "tests/unit/kernel/sources/test_subtractive.py",
    "kernel.sources.subtractive_record": "tests/unit/kernel/sources/test_subtractive.py",
    "kernel.sources.synth_record": "records: tests/unit/kernel/test_layout.py",
    "kernel.sources.voice_filter": "tests/unit/kernel/sources/test_wavetable.py",
    "kernel.sources.wave_bank": "tests/unit/kernel/sources/test_wavetable.py",
    "kernel.sources.wave_tables": "tests/unit/kernel/sources/test_wavetable.py",
    "kernel.units": "entry points of the kernel: tests/unit/kernel/compile/test_build.py and tests/render",
    "music.channel_note": "tests/unit/inputs/test_control_message.py",
    "music.note": "a dataclass without logic",
    "patches.child": "runs in its own process: tests/unit/patches/test_process.py",
    "patches.messages": "messages without logic: tests/unit/patches/test_process.py",
    "patches.patch": "tests/unit/patches/test_process.py",
    "preset.placed_table": "a table: tests/unit/preset/test_placed.py",
    "preset.schema": "struct definitions: tests/unit/preset/test_walk.py compares them with msgspec",
    "preset.song_layers": "tests/unit/conductor/layers/test_song_source.py",
    "preset.table": "struct definitions: tests/unit/preset/test_walk.py compares them with msgspec",
    "preset.tempo_follow_table": "a struct definition: tests/unit/preset/test_tempo_follow.py",
    "session.live_options": "dataclasses without logic",
    "session.osc_out": "tests/cases/test_place.py",
    "session.site_inputs": "tests/cases/test_place.py",
    "session.wall_clock": "tests/unit/session/test_hours_keeper.py",
    "sinks.capture": "tests/unit/session/incoming/test_card.py",
    "sinks.miniaudio_sink": "needs a real sound server: tests/realtime/test_miniaudio.py",
    "sinks.portaudio": "needs a real sound server: tests/realtime/test_device.py",
    "sinks.sink": "a Protocol; tests/unit/session/test_sink_kinds.py makes sinks",
    "music.generator_parameters": "tests/unit/preset/test_song.py",
    "site.hours_table": "a table: tests/unit/site/test_network_checks.py",
    "site.network_tables": "tables: tests/unit/site/test_network_checks.py",
    "site.site_file": "tables: tests/unit/site/test_load.py",
    "site.speaker_table": "a table: tests/unit/site/test_speaker_checks.py",
    "kernel.sources.played_frames": "tests/unit/session/incoming/test_input_recording.py",
    "sinks.bounded_file": "tests/unit/session/test_master_recording.py",
}
"""Module, as a dotted name below `adaptive`, to where it is tested instead, or why it needs no test."""

RETIRED_CLASSES = frozenset(
    {
        "Deck",
        "Exchange",
        "FastLane",
        "Foresight",
        "Ground",
        "Handover",
        "Material",
        "Means",
        "Part",
        "Passage",
        "Promise",
        "Promises",
        "Router",
        "Seam",
        "Seat",
        "Seats",
        "Span",
        "Stage",
        "Stay",
        "Takes",
        "TickScope",
        "Ticket",
        "Wish",
    }
)

RETIRED_WORDS: dict[str, tuple[str, ...]] = {
    "apex": (),
    "apexes": (),
    "deck": (),
    "decks": (),
    "foresight": (),
    "handover": (),
    "parcel": (),
    "parcels": (),
    "passage": (),
    "patience": (),
    "promise": (),
    "promises": (),
    # aiohttp's own word
    "router": ("adaptive/session/http.py",),
    "scout": (),
    "seat": (),
    "seated": (),
    "seats": (),
    # of an envelope
    "stage": ("adaptive/engine/", "adaptive/kernel/"),
    "tenant": (),
    "tenants": (),
    "ticket": (),
    "tickets": (),
    "wish": (),
    "wishes": (),
}
"""Words that no identifier may contain, and the folders where one has another, present meaning."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {
        named(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))
    }


def identifiers(tree: ast.Module) -> set[str]:
    """Names that a module gives or uses, attributes and parameters among them."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.update((node.asname or node.name).split("."))
    return found


def words_of(identifier: str) -> list[str]:
    """Words of an identifier, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


# ── names ──────────────────────────────────────────────────────────────────────────────────────


def test_a_class_name_means_one_class(trees: dict[str, ast.Module]) -> None:
    places = defaultdict(list)
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(f"{module}:{node.lineno}")

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_retired_class_names_do_not_come_back(trees: dict[str, ast.Module]) -> None:
    found = {
        f"{module}: {node.name}"
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.lstrip("_") in RETIRED_CLASSES
    }

    assert found == set()


def test_retired_words_do_not_come_back_as_identifiers(trees: dict[str, ast.Module]) -> None:
    found = defaultdict(set)
    for module, tree in trees.items():
        for identifier in identifiers(tree):
            for word in words_of(identifier):
                allowed = RETIRED_WORDS.get(word)
                if allowed is not None and not module.startswith(allowed):
                    found[module].add(identifier)

    told = [f"{module}: {', '.join(sorted(names))}" for module, names in found.items()]

    assert told == [], "\n".join(["docs/glossary.md has today's words for these:", *told])


def test_identifiers_are_split_into_words() -> None:
    assert words_of("LastSeatOf_two_rows") == ["last", "seat", "of", "two", "rows"]
    assert words_of("OSC_PORT") == ["osc", "port"]


def test_the_glossary_is_in_alphabetical_order_and_explains_each_word_once() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = [
        word.lower().replace("-", " ") for word in re.findall(r"^\| \*\*(.+?)\*\* \|", text, re.MULTILINE)
    ]

    assert words == sorted(set(words))


# ── tests beside their modules ─────────────────────────────────────────────────────────────────


def modules() -> list[str]:
    """Modules of the package below `adaptive`, as dotted names; packages' ``__init__`` are not among them."""
    paths = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return sorted(".".join(path.parts) for path in paths if path.name != "__init__")


def module_of(test: Path) -> Path | None:
    """The module or package that a test file is named after: the longest name that fits; None: none does."""
    inside = test.parent.relative_to(UNIT)
    folder = MIRRORED.get(inside.as_posix(), PACKAGE / inside)
    name = test.stem.removeprefix("test_")
    if (folder / f"{name}.py").is_file():  # a name such as __main__ is not split
        return folder / f"{name}.py"
    if name == folder.name:  # the package itself
        return folder
    words = name.split("_")
    for count in range(len(words), 0, -1):
        place = folder / "_".join(words[:count])
        if place.with_suffix(".py").is_file():
            return place.with_suffix(".py")
        if (place / "__init__.py").is_file():
            return place
    return None


def modules_with_a_test() -> set[str]:
    found = (module_of(test) for test in UNIT.rglob("test_*.py"))
    inside = (path.relative_to(PACKAGE) for path in found if path and path.is_relative_to(PACKAGE))
    return {".".join(path.with_suffix("").parts) for path in inside}


def test_every_unit_test_is_named_after_a_module_at_the_same_place() -> None:
    strays = [named(test) for test in sorted(UNIT.rglob("test_*.py")) if module_of(test) is None]

    assert strays == [], "\n".join(["no module is called so:", *strays])


def test_every_module_has_a_test_of_its_name_or_says_where_it_is_tested() -> None:
    bare = sorted(set(modules()) - modules_with_a_test() - set(TESTED_ELSEWHERE))

    assert bare == [], "\n".join(
        ["these have neither a test of their name nor an entry in TESTED_ELSEWHERE:", *bare]
    )


def test_the_list_of_modules_tested_elsewhere_is_current() -> None:
    gone = sorted(set(TESTED_ELSEWHERE) - set(modules()))
    tested = sorted(set(TESTED_ELSEWHERE) & modules_with_a_test())
    missing = sorted(
        f"{module}: {path}"
        for module, reason in TESTED_ELSEWHERE.items()
        for path in re.findall(r"\b(?:tests|docs|benchmarks)/[\w/.]*\w", reason)
        if not (ROOT / path).exists()
    )

    assert gone == [], "these are no modules"
    assert tested == [], "these have a test of their name"
    assert missing == [], "these name a file that is not there"
    assert all(reason.strip() for reason in TESTED_ELSEWHERE.values())


# ── decisions ──────────────────────────────────────────────────────────────────────────────────


def test_every_decision_is_in_the_index_under_its_own_title() -> None:
    index = {row.number: (row.title, row.file) for row in decision_index.rows()}

    assert index == decision_index.records(), "python -m tools.decision_index refreshes the titles"


def test_the_index_of_decisions_is_in_order_and_says_each_choice() -> None:
    rows = decision_index.rows()

    assert [row.number for row in rows] == sorted({row.number for row in rows})
    assert [row.number for row in rows if decision_index.TO_WRITE in row.choice] == []


# ── pages that name files ──────────────────────────────────────────────────────────────────────

PAGES_OF_FILES = ("docs/architecture.md", "docs/ownership.md", "docs/realtime.md", "docs/glossary.md")


@pytest.mark.parametrize("page", PAGES_OF_FILES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named_files = set(re.findall(r"`((?:\w+/)+\w+\.(?:py|md|sh|toml))`", text))
    missing = [name for name in named_files if not ((ROOT / name).is_file() or (PACKAGE / name).is_file())]

    assert sorted(missing) == []


def test_every_answer_of_where_to_look_names_what_its_file_holds() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (.+?) \| (.+?) \|$", text.partition("## Where to look")[2], re.MULTILINE)[2:]
    wrong = []
    for question, answer in table:
        files = re.findall(r"`((?:\w+/)*\w+\.py)`", answer)
        names = [name for name in re.findall(r"`([\w.]+)`", answer) if not name.endswith(".py")]
        held = "\n".join((PACKAGE / file).read_text(encoding="utf-8") for file in files)
        parts = {part for name in names for part in name.split(".")}
        wrong += [f"{question}: {part}" for part in sorted(parts) if not re.search(rf"\b{part}\b", held)]

    assert len(table) >= 25
    assert wrong == []
