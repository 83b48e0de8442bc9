"""What several commands share: finding presets, compiling the kernel with progress, addresses."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from adaptive.errors import one_line
from adaptive.kernel.compile import build, cache
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import vocabulary
from adaptive.session.playable import require_playable
from adaptive.sinks.stderr_mute import STDERR

LONGEST_SENTENCE = 400
WAITING_SENTENCES = 64
DEFAULT_PRESET = "nightfall"

LARGEST_SEED = 2**63 - 1

console = Console(stderr=True, highlight=False)

UsageError: Any = typer.BadParameter.__mro__[1]
"""The command line itself is wrong: exit code 2.  Newer typers carry a click of their own."""


def say(sentence: str) -> None:
    """Tell the user a sentence as it is: in one line, its brackets no markup, its controls harmless."""
    plain = one_line(sentence[:LONGEST_SENTENCE])
    STDERR.wait()  # not while a sound library's chatter is turned away
    console.print(plain, markup=False, soft_wrap=True)


class Teller:
    """Says sentences from a thread of its own: a reader who is slow or gone stops nobody.

    At most `WAITING_SENTENCES` wait; the rest is dropped, and how many is said with the next.
    """

    def __init__(self) -> None:
        # a terminal shows them as they come, and the journal knows when; a file does not
        self._is_stamped = not sys.stderr.isatty() and "JOURNAL_STREAM" not in os.environ
        self._waiting: queue.Queue[str] = queue.Queue(WAITING_SENTENCES)
        self._dropped = 0
        threading.Thread(target=self._run, name="teller", daemon=True).start()

    def __call__(self, sentence: str) -> None:
        """Say a sentence soon."""
        when = time.strftime("%H:%M:%S ") if self._is_stamped else ""
        try:
            self._waiting.put_nowait(when + sentence)
        except queue.Full:
            self._dropped += 1

    def _run(self) -> None:
        while True:
            sentence = self._waiting.get()
            dropped, self._dropped = self._dropped, 0
            more = f" ({dropped} sentences before it were dropped)" if dropped else ""
            # rich ends the process when its pipe is closed: not from this thread
            with contextlib.suppress(OSError, SystemExit, ValueError):
                say(sentence + more)


def open_preset(name: str) -> Preset:
    """Load a preset by name or path, with every name in it checked."""
    return require_playable(load(name, vocabulary=vocabulary()))


def warm_kernel() -> int:
    """Compile what is missing, saying so; return how many units that were."""
    missing = build.missing_units()
    if not missing:
        return 0
    if not cache.is_cache_lasting():
        kept = cache.cache_folder()
        say(f"{cache.default_cache()} cannot be written: the compiled kernel is kept in {kept}")
    say(f"first start: compiling the render kernel ({len(missing)} units)")
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        console=console, transient=True, disable=not sys.stderr.isatty(),
    ) as bar:  # fmt: skip
        task = bar.add_task("compiling", total=len(missing))
        return build.compile_missing(lambda _name, done, of: bar.update(task, completed=done, total=of))


def parse_address(text: str, option: str) -> tuple[str, int]:
    """HOST:PORT, or a bare port.

    Raises
    ------
    UsageError
        It is neither.
    """
    if text.isdigit():
        text = f"127.0.0.1:{text}"
    try:
        segments = urlsplit(f"//{text}")
        host, port = segments.hostname, segments.port
    except ValueError:
        host, port = None, None
    if not host or port is None:
        message = f"{option} must be HOST:PORT, such as 127.0.0.1:9000, got {text!r}"
        raise UsageError(message)
    return host, port


def preset_folders() -> list[Path]:
    """Folders of the presets that can be named."""
    from adaptive.preset.load import default_search

    found: dict[str, Path] = {}
    for root in default_search():
        if root.is_dir():
            for folder in sorted(root.iterdir()):
                if (folder / "preset.toml").is_file():
                    found.setdefault(folder.name, folder)
    return list(found.values())
