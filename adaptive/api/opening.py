"""`play`, `play_async` and `load`: from a preset to music that plays."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import cast, get_args

from adaptive.api.callbacks import Callback
from adaptive.api.handles import as_number
from adaptive.api.session import Session
from adaptive.conductor.beginning import Beginning
from adaptive.conductor.layout.strip_players import kinds_used
from adaptive.conductor.messages import Message
from adaptive.engine.bank import Bank
from adaptive.errors import InputError
from adaptive.inputs.input import Address
from adaptive.inputs.message import Checker, NoReading
from adaptive.kernel.compile import build
from adaptive.kernel.layout import MAX_CHANNELS
from adaptive.preset.model import Preset
from adaptive.session.live_options import LiveOptions
from adaptive.session.opening import DEFAULT_MEMORY_MB, open_live, open_preset
from adaptive.session.place import Layout, OutputPlan, output_plan
from adaptive.session.sink_kinds import SINK_KINDS, SinkSettings, choose_kind
from adaptive.site.load import Site, load_site

logger = logging.getLogger("adaptive")

Place = Address | int | None
"""Where a server listens: a port of this machine, (host, port), or None: no such server."""

SINK_VARIABLE = "ADAPTIVE_SINK"
"""Environment variable with the sink that `play` takes if none is given: ``null`` on a machine for tests."""

PAGE = ("127.0.0.1", 8080)
"""Where the page is served if the music is heard in a browser and no `http` was given."""


def load(preset: str | os.PathLike[str] | Preset) -> Preset:
    """Load a preset, and check it.

    Parameters
    ----------
    preset : str, path or Preset
        A name (of `presets/` where the program runs, or of the presets that are included), or a folder.  A
        preset that is loaded already is returned as it is.

    Raises
    ------
    PresetError
        It has faults: one line each, with what to write instead.

    Examples
    --------
    >>> import adaptive
    >>> adaptive.load("nightfall").file.name
    'Nightfall'
    """
    if isinstance(preset, Preset):
        return preset
    return open_preset(preset if isinstance(preset, str) else Path(preset))


def play(
    preset: str | os.PathLike[str] | Preset,
    *,
    seed: int | None = None,
    parameters: Mapping[str, float] | None = None,
    states: Mapping[str, str] | None = None,
    sink: str | None = None,
    device: str | None = None,
    channels: int | None = None,
    sample_rate: int = 48000,
    block: int = 128,
    osc: Place = None,
    http: Place = None,
    tcp: Place = None,
    oscquery: Place = None,
    record: str | os.PathLike[str] | None = None,
    watch: bool = False,
    memory_mb: int = DEFAULT_MEMORY_MB,
    on: Mapping[str, Callback] | None = None,
    site: str | os.PathLike[str] | None = None,
    layout: str = "speakers",
    allow_code: bool = False,
) -> Session:
    """Play a preset, and return as soon as it sounds.

    Parameters
    ----------
    preset : str, path or Preset
        A preset's name or folder, or what `load` returned.
    seed : int, optional
        Seed of all chance; drawn if left out.
    parameters : mapping, optional
        Parameters to begin with.
    states : mapping, optional
        States to begin with, by group.
    sink : str, optional
        ``auto`` (the sound card, else the browser), ``portaudio``, ``miniaudio``, ``web``, ``pcm``, ``null``,
        or the name of a sink that was registered.  Left out: what ADAPTIVE_SINK says, else ``auto``.
    device : str, optional
        Part of the name of a sound card.
    channels : int, optional
        Channels to open.
    sample_rate : int
        Frames a second, 8000 to 192000.
    block : int
        Frames a block, 0 to 8192; 0: as the sound card wishes.
    osc, http, tcp, oscquery : int or (str, int), optional
        Where to listen too, a port of this machine, or host and port; 0: any free port.  Left out: nowhere.
    record : path, optional
        Folder for a recording, which `render` repeats.
    watch : bool
        Whether the preset is read again when its files change.
    memory_mb : int
        Megabytes that stems may take.
    on : mapping, optional
        Callbacks by topic, as `Session.on` takes them; these hear of the first section and bar too.
    site : path, optional
        A site file: the sound card, the speakers and their levels; `device` and `channels` overrule it.
    layout : str
        ``speakers``, or ``binaural`` for headphones.
    allow_code : bool
        Whether code that the preset brings runs, such as pyo patches; else their layers are silent.

    Returns
    -------
    Session
        The music; in a ``with`` block it is stopped at its end.

    Raises
    ------
    PresetError
        The preset has faults.
    InputError
        An argument cannot be.
    MachineError
        The sound card does not start, or a port is taken.

    Examples
    --------
    >>> import adaptive
    >>> with adaptive.play("lanterns", sink="null", states={"place": "market"}) as music:
    ...     music.parameters["steps"].set(0.8)
    ...     music.section
    'market'
    """
    loaded = load(preset)
    checked = _check_numbers(seed, sample_rate, block, memory_mb)
    place = None if site is None else load_site(Path(site))
    plan = plan_of(place, channels, layout)
    if place is not None:
        device = device or place.file.device
    asked = os.environ.get(SINK_VARIABLE, "auto") if sink is None else sink
    choice = choose_kind(asked, device)
    folder = None if record is None else _recording_folder(Path(record))
    is_heard_over_http = SINK_KINDS[choice.name].needs_broadcast
    options = LiveOptions(
        osc=_place(osc, "osc"),
        http=PAGE if http is None and is_heard_over_http else _place(http, "http"),
        tcp=_place(tcp, "tcp"),
        oscquery=_place(oscquery, "oscquery"),
        record=folder,
        beginning=beginning_of(loaded, parameters or {}, states or {}),
        is_watching=watch,
        may_run_code=allow_code,
        site=place,
        layout=cast(Layout, layout),
    )
    compile_kernel(loaded)
    bank = Bank(sample_rate, memory_mb * 1_000_000)
    settings = SinkSettings(asked, device, channels if place is None else plan.channels, block)
    live = open_live(loaded, checked, options, choice, settings, sample_rate, bank, logger.warning)
    session = Session(live)
    for topic, callback in (on or {}).items():
        session.on(topic, callback)
    session.start()
    if is_heard_over_http:
        host, port = (options.http or PAGE)[0], session.ports["http"]
        logger.warning("%s (%s): listen at http://%s:%d/", choice.name, choice.why, host, port)
    return session


async def play_async(preset: str | os.PathLike[str] | Preset, **options: object) -> Session:
    """As `play`, in a coroutine: the event loop goes on while the preset is loaded.

    ::

        async with await adaptive.play_async("nightfall") as music:
            await music.wait_async(60)
    """
    return await asyncio.to_thread(play, preset, **options)  # type: ignore[arg-type]


def beginning_of(preset: Preset, parameters: Mapping[str, float], states: Mapping[str, str]) -> Beginning:
    """The state to begin in.

    Raises
    ------
    ProtocolError
        A name or value cannot be.
    """
    checker = Checker(preset)
    values = {}
    for name, value in parameters.items():
        request = checker.parameter(name, as_number(value))
        if isinstance(request, NoReading):
            message = f"{name} ignores {value:g}: it is no reading"
            raise InputError(message)
        values[name] = request.value
    messages: list[Message] = [checker.state(group, value) for group, value in states.items()]
    return Beginning(values, tuple(messages))


def compile_kernel(preset: Preset) -> None:
    """Compile what a preset needs and is not compiled yet: on the first start, half a minute."""
    wanted = build.unit_names(kinds_used(preset.file))
    missing = build.missing_units(wanted)
    if missing:
        logger.warning("first start: compiling the render kernel (%d units)", len(missing))
        build.compile_missing(wanted=wanted)


def plan_of(site: Site | None, channels: int | None, layout: str, *, fills: bool = False) -> OutputPlan:
    """The output that was asked for.

    Raises
    ------
    InputError
        There is no such layout, or no such number of channels.
    """
    known = get_args(Layout) if fills else ("speakers", "binaural")
    if layout not in known:
        message = f"layout must be one of {', '.join(known)}, got {layout!r:.80}"
        raise InputError(message)
    if channels is not None:
        require_whole("channels", channels, 1, MAX_CHANNELS)
    return output_plan(site, channels, cast(Layout, layout), fills=fills)


def _check_numbers(seed: int | None, sample_rate: int, block: int, memory_mb: int) -> int:
    """Refuse numbers that cannot be; return the seed."""
    bounds = (("sample_rate", sample_rate, 8000, 192000), ("block", block, 0, 8192))
    for name, value, low, high in (*bounds, ("memory_mb", memory_mb, 1, 1_000_000)):
        require_whole(name, value, low, high)
    if seed is None:
        return secrets.randbelow(2**31)
    return require_whole("seed", seed, 0, 2**63 - 1)


def require_whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number within bounds.

    Raises
    ------
    InputError
        It is none.

    Examples
    --------
    >>> require_whole("seed", -1, 0, 9)
    Traceback (most recent call last):
    adaptive.errors.InputError: seed must be a whole number from 0 to 9, got -1
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        message = f"{name} must be a whole number from {low} to {high}, got {value!r}"
        raise InputError(message)
    return value


def _place(place: Place, name: str) -> Address | None:
    if place is None:
        return None
    if isinstance(place, int) and not isinstance(place, bool):
        return ("127.0.0.1", require_whole(name, place, 0, 65535))
    if isinstance(place, tuple) and len(place) == 2 and isinstance(place[0], str):
        return (place[0], require_whole(name, place[1], 0, 65535))
    message = f'{name} must be a port or a pair such as ("127.0.0.1", 9000), got {place!r}'
    raise InputError(message)


def _recording_folder(folder: Path) -> Path:
    if (folder / "trace.jsonl").exists():
        message = f"{folder} holds a recording already; name another folder"
        raise InputError(message)
    return folder
