"""The Python on the pages for programmers runs as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import adaptive
from adaptive.api import opening
from adaptive.api.session import Session
from adaptive.composer import registry
from adaptive.session.input_kinds import INPUT_KINDS
from adaptive.session.sink_kinds import SINK_KINDS
from tests.helpers.one_bank import play_from_one_bank

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/python.md", "docs/extending.md")
SAMPLES = [
    pytest.param(block, id=f"{Path(page).stem}{number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    )
    if "import adaptive\n" in block  # other samples are clients of an engine in another process
]
WAIT_S = 0.3


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, object]]:
    """A folder to write into, one bank for all, a silent sink, and the cheaper of the two presets."""
    wait, kept = Session.wait, (dict(registry.GENERATORS), dict(SINK_KINDS), dict(INPUT_KINDS))
    play_from_one_bank(monkeypatch)
    monkeypatch.setattr(Session, "wait", lambda music, seconds=None: wait(music, min(seconds or 1.0, WAIT_S)))
    monkeypatch.setenv(opening.SINK_VARIABLE, "null")
    monkeypatch.chdir(tmp_path)
    yield {}
    for table, before in zip((registry._REGISTERED, SINK_KINDS, INPUT_KINDS), kept, strict=True):
        for name in set(table) - set(before):
            del table[name]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_runs_as_printed(
    sample: str, here: dict[str, object], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    exec(compile(sample, "a page", "exec"), here)
    out = capsys.readouterr().out

    if "print(" in sample and "def beat" not in sample:
        assert out
    if "stairs" in sample:
        folder = tmp_path / "stairs"
        folder.mkdir()
        (folder / "preset.toml").write_text(
            'schema = 1\nname = "Stairs"\ntempo_bpm = 240\nkey = "C major"\n[layers.bells]\n'
            'generator = "stairs"\nstyle = "down"\ndensity = 1.0\n'
            'octave = 1\n[sections.a]\nlayers = ["bells"]\nlength_bars = 3\nchords = ["C", "N.C.", "C F"]\n',
            encoding="utf-8",
        )
        take = adaptive.render(folder, 3.0, ending="cut")
        notes = [(note.onset_beats, note.pitch) for note in take.notes]
        assert notes[:4] == [(0, "G5"), (1, "E5"), (2, "C5"), (3, "G5")]
        assert notes[4:] == [(0, "G5"), (1, "E5"), (2, "F5"), (3, "C5")], "a bar of N.C. is silent"
        assert take.remarks == ()
    if "PEAKS" in sample:
        assert max(here["PEAKS"]) > 0.001  # type: ignore[call-overload]
    if "PipeInput" in sample:
        found = re.fullmatch(r"<parameter steps: (0\.\d+), range 0 to 1>\n", out)
        assert found
        assert 0.3 < float(found[1]) <= 0.8  # on its way, in the time that the test waits


def test_the_site_describes_every_public_name() -> None:
    page = (ROOT / "docs" / "site" / "api.rst").read_text(encoding="utf-8")
    described = set(re.findall(r"^\.\. auto\w+:: adaptive\.(\w+)$", page, re.MULTILINE))

    assert described == set(adaptive.__all__) - {"__version__"}
    assert all(getattr(adaptive, name).__doc__ for name in described)


def test_the_pages_have_samples_to_run() -> None:
    assert len(SAMPLES) >= 7
