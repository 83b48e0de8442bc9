"""``adaptive play``: plays a preset live, with one sink, all inputs and a status line."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.text import Text

from adaptive.cli.common import (
    DEFAULT_PRESET,
    Teller,
    UsageError,
    console,
    open_site,
    parse_address,
    read_layout,
    say,
    warm_kernel,
    with_programme,
)
from adaptive.conductor.beginning import Beginning
from adaptive.engine.bank import Bank
from adaptive.errors import InputError, in_words
from adaptive.inputs.beginning import read_settings, split_trace
from adaptive.inputs.trace import Trace, TraceLine, read_trace
from adaptive.inputs.trace_words import ignored_words
from adaptive.inputs.trust import Trust, make_trust
from adaptive.session.device.supervisor import Supervisor
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.night_log import seed_of_day
from adaptive.session.opening import open_live, open_preset
from adaptive.session.render_job import LARGEST_SEED
from adaptive.session.sink_kinds import PORTS, SINK_KINDS, SinkSettings, choose_kind
from adaptive.session.state_file import read_state
from adaptive.sinks.choice import SINKS, SOUND_CARD_SINKS, SinkChoice
from adaptive.sinks.stderr_mute import reserve_stderr
from adaptive.site.addresses import host_and_port
from adaptive.site.load import Site

SWITCH_S = 0.0005
"""Time after which a thread that computes lets another run: with Python's 5 ms, a MIDI note took 11 ms."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("play", help="Play a preset; a game, an app or a page steers it.")(play)


def play(
    preset: Annotated[str, typer.Argument(help="A preset's name or folder.")] = DEFAULT_PRESET,
    sink: Annotated[str, typer.Option(help=f"One of {', '.join(SINKS)}.")] = "auto",
    device: Annotated[str | None, typer.Option(help="Part of a device's name.")] = None,
    channels: Annotated[int | None, typer.Option(min=1, max=64, help="Channels to open.")] = None,
    sample_rate: Annotated[int, typer.Option(min=8000, max=192000, help="Frames a second.")] = 48000,
    block: Annotated[int, typer.Option(min=0, max=8192, help="Frames a block.")] = 128,
    ports: Annotated[
        str, typer.Option(help="Ports of --sink jack: master, or stems for a pair of each layer and bus too.")
    ] = "master",
    osc: Annotated[
        str | None, typer.Option(help="Where OSC is received; 127.0.0.1:9000, or what the site says.")
    ] = None,
    http: Annotated[str, typer.Option(help="HTTP and WebSocket.")] = "127.0.0.1:8080",
    tcp: Annotated[str, typer.Option(help="JSON lines.")] = "127.0.0.1:9001",
    oscquery: Annotated[
        str | None,
        typer.Option(help="Where OSCQuery shows what can be sent over OSC; left out: what the site says."),
    ] = None,
    midi: Annotated[
        list[str] | None, typer.Option(help="Part of the name of a MIDI port to listen to; repeatable.")
    ] = None,
    midi_out: Annotated[
        list[str] | None,
        typer.Option(help="Part of the name of a MIDI port that gets notes and clock, =LAYERS; repeatable."),
    ] = None,
    plain_osc: Annotated[
        bool, typer.Option("--plain-osc", help="Read OSC in Python, not in the compiled OSC receiver.")
    ] = False,
    allow_origin: Annotated[list[str] | None, typer.Option(help="Another page that may connect.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token that clients over JSON and HTTP have to know.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Stop after so much music.")] = None,
    trace: Annotated[Path | None, typer.Option(help="Play a trace beside the inputs.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A state or parameter to begin with; repeatable."),
    ] = None,
    programme: Annotated[
        Path | None, typer.Option(help="Intervals with targets of tempo, cadence or zone, as TOML or JSON.")
    ] = None,
    allow_jump: Annotated[
        bool, typer.Option("--allow-jump", help="Accept the message `jump`, to try out a preset.")
    ] = False,
    input_device: Annotated[
        str | None, typer.Option(help="Part of the name of the card that inputs are recorded from.")
    ] = None,
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Run code that the preset brings, such as pyo patches.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option(help="Folder for a recording, which `render` repeats.")
    ] = None,
    record_mb: Annotated[
        int, typer.Option("--record-mb", min=1, help="Megabytes at which each file of a recording ends.")
    ] = 4000,
    log: Annotated[
        Path | None, typer.Option(help="Folder for a bounded log of decisions, which `explain` reads.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            help="File for the musical state, written at every bar; play continues from it if it exists."
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Reload the preset when its files change, at a bar line.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_SEED, help="Seed of chance; drawn if not given.")
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="Site file: sound card, speakers and levels of this place.")
    ] = None,
    layout: Annotated[str, typer.Option(help="speakers, or binaural for headphones.")] = "speakers",
    memory: Annotated[int, typer.Option(min=1, help="Megabytes that stems may take.")] = 1000,
    ready: Annotated[bool, typer.Option("--ready", help="Print one JSON line once it sounds.")] = False,
    exit_with_parent: Annotated[
        bool, typer.Option("--exit-with-parent", help="End when the process that started it ends.")
    ] = False,
) -> None:
    """Play a preset live."""
    loaded = open_preset(preset)
    if sink not in SINKS and sink not in SINK_KINDS:
        message = f"--sink must be one of {', '.join(SINKS)}, got {sink!r}"
        raise UsageError(message)
    sink = _sink_with_ports(sink, ports)
    place = open_site(site, loaded)
    device, channels = _card_of(place, device, channels)
    live_layout = read_layout(layout, ("speakers", "binaural"))
    choice = choose_kind(sink, device)
    if record is not None:
        _check_recording(record, state)
    saved = None if state is None else read_state(state, loaded, say)
    if saved is not None and set_:
        say(f"--set is left out: the music goes on as {state} says")
    read = None if trace is None else read_trace(trace, loaded, sample_rate)
    begun = with_programme(read_settings(set_ or (), loaded), programme)
    beginning, lines = _beginning(begun, read, is_new=saved is None)
    if choice.name in {*SOUND_CARD_SINKS, "jack"}:
        reserve_stderr()
    options = LiveOptions(
        osc=_osc_address(osc, place),
        http=parse_address(http, "--http"),
        tcp=parse_address(tcp, "--tcp"),
        oscquery=_oscquery_address(oscquery, place),
        allow_origins=frozenset(allow_origin or ()),
        seconds=seconds,
        record=record,
        record_bytes=record_mb * 1_000_000,
        state=state,
        saved=saved,
        beginning=beginning,
        is_watching=watch,
        is_osc_plain=plain_osc,
        may_jump=allow_jump,
        input_device=input_device,
        block_size=block,
        may_run_code=allow_code,
        midi=tuple(midi or ()),
        midi_out=tuple(midi_out or ()),
        log=log,
        trust=_trust_of(place, token_file),
        site=place,
        layout=live_layout,
    )
    parent = os.getppid()
    warm_kernel(
        loaded, has_rig=live_layout != "speakers" or (place is not None and bool(place.file.speakers))
    )
    drawn = _drawn_seed(seed, place)
    if saved is not None:
        drawn = saved.seed
    tell = Teller()
    settings = SinkSettings(sink, device, channels, block, ports=ports)
    bank = Bank(sample_rate, memory * 1_000_000)
    session = open_live(loaded, drawn, options, choice, settings, sample_rate, bank, tell)
    if read is not None:
        session.feed_trace(lines)
        if read.ignored:
            say(f"names that the preset does not declare are ignored: {ignored_words(read.ignored, loaded)}")
        if read.clamped:
            say(f"the trace has values out of their range, which are clamped: {', '.join(read.clamped)}")

    def tell_of_thread(fault: threading.ExceptHookArgs) -> None:
        where = f" in {fault.thread.name}" if fault.thread else ""
        tell(f"a thread failed, the music goes on: {in_words(fault.exc_value)}{where}")

    threading.excepthook = tell_of_thread
    # a full garbage collection over the objects that exist now takes 60 ms, more than the look-ahead
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 4, 250)  # over those to come a tenth as often, and 2,800 at a time beside it
    sys.setswitchinterval(SWITCH_S)
    title = f"{loaded.file.name} · seed {drawn}"
    if saved is not None:
        title += f" · goes on in {saved.section or 'silence'}, bar {saved.bar}, as {state} says"
    began = time.monotonic()
    asyncio.run(_run(session, choice, title, ready, parent if exit_with_parent else None))
    for sentence in session.repeated_faults():
        say(sentence)
    say(_farewell(session, time.monotonic() - began))


def _sink_with_ports(sink: str, ports: str) -> str:
    """The sink that can give these ports."""
    if ports not in PORTS:
        message = f"--ports must be one of {', '.join(PORTS)}, got {ports!r}"
        raise UsageError(message)
    if ports == "master" or sink == "jack":
        return sink
    if sink != "auto":
        message = f"--ports {ports} goes with --sink jack, got --sink {sink}"
        raise UsageError(message)
    return "jack"


def _osc_address(osc: str | None, place: Site | None) -> tuple[str, int]:
    """Where OSC is received: as the option says, else the site."""
    if osc is None and place is not None and place.file.osc.listen is not None:
        return host_and_port(place.file.osc.listen)
    return parse_address(osc or "127.0.0.1:9000", "--osc")


def _oscquery_address(oscquery: str | None, place: Site | None) -> tuple[str, int] | None:
    """Where OSCQuery listens: as the option says, else the site; None: nowhere."""
    if oscquery is None:
        listen = None if place is None else place.file.oscquery.listen
        return None if listen is None else host_and_port(listen)
    return parse_address(oscquery, "--oscquery")


def _trust_of(place: Site | None, token_file: Path | None) -> Trust:
    """Token and certificates: the option's, the site's, or the environment's."""
    if place is None:
        return make_trust(token_file)
    table, folder = place.file.trust, place.path.parent
    files = [
        None if name is None else folder / name
        for name in (table.token_file, table.certificate_file, table.key_file)
    ]
    return make_trust(token_file or files[0], files[1], files[2])


def _drawn_seed(seed: int | None, place: Site | None) -> int:
    """The seed of chance: as the option says, else the site; with "day" the date as a number, else drawn."""
    if seed is not None:
        return seed
    of_site = None if place is None else place.file.seed
    if place is not None and of_site == "day":
        return seed_of_day(place.file.hours)
    return of_site if isinstance(of_site, int) else secrets.randbelow(2**31)


def _card_of(place: Site | None, device: str | None, channels: int | None) -> tuple[str | None, int | None]:
    """Name and channels of the sound card: the options' own, else the site's."""
    if place is None:
        return device, channels
    return device or place.file.device, channels or place.file.channels_needed


def _check_recording(folder: Path, state: Path | None) -> None:
    """Refuse a recording of music that begins elsewhere, or over another recording."""
    if state is not None:
        message = "--state and --record do not go together: a recording begins at the beginning"
        raise UsageError(message)
    if (folder / "trace.jsonl").exists():
        message = f"{folder} holds a recording already; name another folder"
        raise InputError(message)


def _beginning(
    set_first: Beginning, trace: Trace | None, *, is_new: bool
) -> tuple[Beginning, tuple[TraceLine, ...]]:
    """The state to begin in, and the lines of the trace that are left; saved music goes on as it was."""
    if trace is None or not is_new:
        return set_first, trace.lines if trace else ()
    begun, lines = split_trace(trace)
    return set_first.followed_by(begun), lines


def _farewell(session: LiveSession, seconds: float) -> str:
    """The last line of a run: how long it ran, why it ended, underruns and losses of the sound card."""
    minutes, second = divmod(round(seconds), 60)
    words = [f"ended after {minutes // 60}:{minutes % 60:02}:{second:02}: {session.ended or 'by itself'}"]
    if underruns := session.underruns:
        words.append(f"underruns {underruns}")
    if isinstance(session.sink, Supervisor) and session.sink.outages:
        words.append(f"the card was lost {session.sink.outages}×, {session.sink.silent_s:.1f} s of silence")
    return "; ".join(words)


async def _run(
    session: LiveSession, choice: SinkChoice, title: str, is_ready_wanted: bool, parent: int | None
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, session.stop, f"by {signal.Signals(number).name}")
    loop.set_exception_handler(lambda _loop, context: session.tell(_escaped(context)))
    tasks = []
    if parent is not None:
        tasks.append(loop.create_task(_watch_parent(session, parent)))
    if sys.stderr.isatty():
        tasks.append(loop.create_task(_show_status(session)))

    def announce(started: LiveSession) -> None:
        ports = started.status.ports
        host = started.options.http[0] if started.options.http else ""
        if is_ready_wanted:
            name = started.sink.name if started.sink else choice.name
            kinds = [kind for kind in ("osc", "http", "tcp", "oscquery") if kind in ports]
            line: dict[str, object] = {"ready": True} | {kind: ports[kind] for kind in kinds}
            line["sink"] = name
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()
        say(f"{title} · {_sink_in_words(started, choice)}")
        scheme = "http" if started.options.trust.tls is None else "https"
        page = f"{scheme}://{host}:{ports['http']}/"
        query = started.options.oscquery
        more = "" if query is None else f" · OSCQuery {scheme}://{_url_host(query[0])}:{ports['oscquery']}/"
        say(f"OSC {ports['osc']} · TCP {ports['tcp']} · {page}{more}")
        if choice.name == "web":
            say(f"listen at {page}")

    try:
        await session.run(announce)
    finally:
        for task in tasks:
            task.cancel()


def _url_host(host: str) -> str:
    """A host as it stands in an address; one of IPv6 is put in brackets."""
    return f"[{host}]" if ":" in host else host


def _sink_in_words(session: LiveSession, choice: SinkChoice) -> str:
    """Sink and device that play, and why.  It may be another library than the one that was chosen."""
    name = session.sink.name if session.sink else choice.name
    if name == choice.name or not isinstance(session.sink, Supervisor):
        return f"{choice.name} ({choice.why})"
    device = session.sink.device_name or "no card for now"
    return f"{name} ({device}; {choice.name} could not open its card as asked)"


def _escaped(context: dict[str, Any]) -> str:
    """One sentence in place of asyncio's traceback; such an error does not end the session."""
    fault = context.get("exception")
    what = context.get("message", "") if fault is None else in_words(fault)
    return f"something failed, the music goes on: {what}"


async def _watch_parent(session: LiveSession, parent: int) -> None:
    while os.getppid() == parent:  # noqa: ASYNC110  # the system has no event for it
        await asyncio.sleep(0.25)
    session.stop("the process that started it has ended")


async def _show_status(session: LiveSession) -> None:
    with Live(console=console, refresh_per_second=10, transient=True) as live:
        while True:
            live.update(Text(status_line(session)))
            await asyncio.sleep(0.1)


def status_line(session: LiveSession) -> str:
    """The status line: section, position, tempo, four parameters, load, problems."""
    performance = session.performance
    conductor, engine = performance.conductor, performance.engine
    beat = conductor.tempo.beat_at(engine.frame)
    fields = [
        conductor.instance.section or "silence",
        conductor.instance.position(beat),
        f"{conductor.tempo.tempo_at(engine.frame):.1f} bpm",
    ]
    if conductor.transition is not None:
        fields.append(f"→ {conductor.transition.target.section or 'silence'}")
    names = list(performance.layout.parameters.items())[:4]
    fields += [f"{name} {engine.value(index):.2f}" for name, index in names]
    telemetry = engine.telemetry()
    if telemetry.callbacks:
        fields.append(f"load {100 * telemetry.load:.1f} %")
    session.loudness.follow(engine)
    loudness = session.loudness.now
    if loudness is not None and loudness.short_term_lufs is not None:
        fields.append(f"{loudness.short_term_lufs:.1f} LUFS")
    if telemetry.stretch_hops:
        fields.append(f"stretches, {telemetry.most_hops} spectra a quantum at most")
    if trouble := getattr(session.sink, "trouble", ""):
        fields.append(trouble)
    if underruns := session.underruns:
        fields.append(f"underruns {underruns}")
    if telemetry.late_commands:
        fields.append(f"late {telemetry.late_commands}")
    if session.clamp_report.count:
        fields.append(f"clamped {session.clamp_report.count}")
    if faults := session.faults:
        fields.append(f"faults {faults}")
    return "  ".join(fields)
