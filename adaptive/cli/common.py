"""What several commands share: finding presets, compiling the kernel with progress, addresses."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from adaptive.errors import InputError
from adaptive.kernel import build
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import vocabulary

DEFAULT_PRESET = "nightfall"

console = Console(stderr=True, highlight=False)


def open_preset(name: str) -> Preset:
    """Load a preset by name or path, with every name in it checked."""
    return load(name, vocabulary=vocabulary())


def warm_kernel() -> int:
    """Compile what is missing, saying so; return how many units that were."""
    missing = build.missing_units()
    if not missing:
        return 0
    if not build.is_cache_lasting():
        console.print(f"{build.default_cache()} cannot be written: the kernel is compiled at every start")
    console.print(f"first start: compiling the render kernel ({len(missing)} units)")
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
    InputError
        It is neither.
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
        raise InputError(message)
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
