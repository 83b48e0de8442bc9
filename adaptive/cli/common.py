"""Shared by several commands: messages, presets, compiling the kernel with a progress bar, addresses."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.layout.strip_players import kinds_used
from adaptive.conductor.messages import SetProgramme
from adaptive.errors import one_line
from adaptive.follow.programme_file import read_programme_file
from adaptive.kernel.compile import build, cache
from adaptive.preset.model import Preset
from adaptive.session.place import Layout, unknown_sentence
from adaptive.sinks.stderr_mute import STDERR
from adaptive.site.load import Site, load_site

LONGEST_SENTENCE = 400
WAITING_SENTENCES = 64
DEFAULT_PRESET = "nightfall"

console = Console(stderr=True, highlight=False)

UsageError: Any = typer.BadParameter.__mro__[1]
"""Raised for a wrong command line: exit code 2.

It is click's; taken from typer because newer versions of typer contain their own copy of click.
"""


def say(sentence: str) -> None:
    """Write a sentence to stderr, as one line.  Brackets are not markup; control characters are replaced."""
    plain = one_line(sentence[:LONGEST_SENTENCE])
    STDERR.wait()  # not while stderr is muted for a sound library
    console.print(plain, markup=False, soft_wrap=True)


class Teller:
    """Writes sentences in a thread of its own, so that a slow or closed stderr never blocks the session.

    At most `WAITING_SENTENCES` wait.  The rest are dropped; the next sentence says how many.
    """

    def __init__(self) -> None:
        # a terminal shows sentences at once and the journal adds times; a file needs the time of day
        self._is_stamped = not sys.stderr.isatty() and "JOURNAL_STREAM" not in os.environ
        self._waiting: queue.Queue[str] = queue.Queue(WAITING_SENTENCES)
        self._dropped = 0
        threading.Thread(target=self._run, name="teller", daemon=True).start()

    def __call__(self, sentence: str) -> None:
        """Queue a sentence."""
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
            # rich ends the process if its pipe is closed; this thread must not do that
            with contextlib.suppress(OSError, SystemExit, ValueError):
                say(sentence + more)


def warm_kernel(preset: Preset | None = None, *, has_rig: bool = False) -> int:
    """Compile the units that are not compiled yet, with a progress bar; returns how many there were.

    Parameters
    ----------
    preset : Preset, optional
        Only what it needs; left out: everything.
    has_rig : bool
        Whether it is panned to speakers.
    """
    panner = {"panner"} if has_rig else set[str]()
    return warm_kinds(None if preset is None else kinds_used(preset.file) | panner)


def warm_kinds(kinds: Collection[str] | None) -> int:
    """Compile the units that some kinds need and are not compiled yet; returns how many there were.

    Parameters
    ----------
    kinds : collection of str or None
        Processors, and what plays strips; None: everything.
    """
    wanted = build.unit_names(kinds)
    missing = build.missing_units(wanted)
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
        return build.compile_missing(
            lambda _name, done, of: bar.update(task, completed=done, total=of), wanted
        )


def open_site(path: Path | None, preset: Preset | None = None) -> Site | None:
    """Load the site file that was named, if one was, and tell its warnings, and names the preset has not.

    Raises
    ------
    SiteError
        It has faults; all of them are listed.
    """
    if path is None:
        return None
    site = load_site(path)
    for warning in site.warnings:
        say(warning.shown)
    if preset is not None and (sentence := unknown_sentence(site, preset)):
        say(sentence)
    return site


def read_layout(text: str, known: Sequence[str]) -> Layout:
    """The form of the output that `--layout` names.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if text not in known:
        message = f"--layout must be one of {', '.join(known)}, got {text!r}"
        raise UsageError(message)
    return cast(Layout, text)


def parse_address(text: str, option: str) -> tuple[str, int]:
    """Parse ``HOST:PORT``, or a port alone, which means 127.0.0.1.

    Parameters
    ----------
    text : str
        The address.
    option : str
        The option it was given for, named in the error.

    Raises
    ------
    UsageError
        It is not an address.
    """
    if text.isdigit():
        text = f"127.0.0.1:{text}"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None:
        message = f"{option} must be HOST:PORT, such as 127.0.0.1:9000, got {text!r}"
        raise UsageError(message)
    return host, port


def with_programme(beginning: Beginning, path: Path | None) -> Beginning:
    """A beginning with the programme of a file, if one is named."""
    if path is None:
        return beginning
    return beginning.followed_by(Beginning({}, (SetProgramme(read_programme_file(path)),)))
