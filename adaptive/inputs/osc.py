"""OSC over UDP: the engine's own addresses, and those of other programs that `[[inputs]]` map."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Container
from dataclasses import replace
from typing import Any

from adaptive.errors import OscError, ProtocolError
from adaptive.inputs.clamped_values import clamped_values
from adaptive.inputs.control_message import check_control
from adaptive.inputs.known_faults import KnownFaults
from adaptive.inputs.message import (
    LONGEST_ID,
    Checker,
    LoadPreset,
    Request,
    RequestFault,
    SetParameter,
    Transaction,
    is_finite_number,
    transport,
)
from adaptive.inputs.osc_codec import IMMEDIATELY, OscMessage, decode, flatten
from adaptive.inputs.osc_pattern import OscPattern, is_pattern, pattern_of
from adaptive.inputs.osc_peers import OscPeer, OscPeers
from adaptive.inputs.osc_subscriber import OSC_TOPICS
from adaptive.inputs.reading_source import ReadingSource, arguments_of
from adaptive.inputs.release import is_release
from adaptive.inputs.shown import shown
from adaptive.inputs.similar_names import most_similar, nearest, nearest_or_all
from adaptive.inputs.subscribe import Subscribe
from adaptive.preset.model import Preset
from adaptive.preset.readings import NoReadings
from adaptive.preset.schema import InputTable

ROOT = "/adaptive/"
NTP_EPOCH_S = 2_208_988_800
MOST_MATCHES = 256
"""Addresses that one pattern acts on."""

MOST_KNOWN = 4096
"""Addresses of which it is remembered which patterns of `[[inputs]]` they match."""

_Mapped = tuple[InputTable, NoReadings]

TRUSTED_S = 1.0
"""A time tag farther than this from the time of arrival is ignored.

TouchDesigner, for example, counts from its first message.
"""


class OscReader:
    """Turns packets into transactions.

    Parameters
    ----------
    preset : Preset
        Declares the names and the `[[inputs]]`.
    checker : Checker
        Checks names and values.
    """

    def __init__(self, preset: Preset, checker: Checker) -> None:
        self.checker = checker
        self._own_addresses: list[str] | None = None
        self._mappings: dict[str, list[_Mapped]] = {}
        self._patterns: list[tuple[OscPattern, _Mapped]] = []
        self._matched: dict[str, list[_Mapped]] = {}
        for table in preset.file.inputs:
            if table.osc is None:
                continue
            mapped = (table, NoReadings(table.ignore))
            if not is_pattern(table.osc):
                self._mappings.setdefault(table.osc, []).append(mapped)
                continue
            with contextlib.suppress(OscError):  # `check` tells of a pattern that is malformed
                self._patterns.append((pattern_of(table.osc), mapped))

    def read(self, packet: bytes) -> tuple[int, Transaction]:
        """Read the time tag and the requests of a packet.

        Raises
        ------
        OscError
            The packet is malformed; none of it acts.
        """
        time_tag, messages = flatten(decode(packet))
        transaction = Transaction()
        for message in messages:
            try:
                transaction.requests += self._requests(message)
            except (ProtocolError, OscError) as error:
                fault = RequestFault(str(error), message.address, _id_in(message))
                transaction.faults.append(fault)
        return time_tag, transaction

    def _requests(self, message: OscMessage) -> list[Request]:
        if is_pattern(message.address):
            return self._of_pattern(message)
        mapped = self._mapped(message.address)
        if mapped:
            address = message.address
            return [r for pair in mapped for r in self._map(*pair, address, message.arguments)]
        if not message.address.startswith(ROOT):
            text = f"no input listens to {shown(message.address)}{self._near(message.address)}"
            raise ProtocolError(text)
        return self._own(message.address[len(ROOT) :].split("/"), message.arguments)

    def _mapped(self, address: str) -> list[_Mapped]:
        """The inputs that listen to an address, by its name or by a pattern."""
        plain = self._mappings.get(address, [])
        if not self._patterns:
            return plain
        known = self._matched.get(address)
        if known is None:
            known = plain + [mapped for pattern, mapped in self._patterns if pattern.matches(address)]
            if len(self._matched) >= MOST_KNOWN:  # somebody sends to ever other addresses
                self._matched.clear()
            self._matched[address] = known
        return known

    def _of_pattern(self, message: OscMessage) -> list[Request]:
        """Requests of every address that a pattern matches."""
        pattern = pattern_of(message.address)
        found = pattern.among((*self._mappings, *self._addresses()))
        if not found:
            text = f"no address here matches {shown(message.address)}"
            raise ProtocolError(text)
        requests: list[Request] = []
        for address in found[:MOST_MATCHES]:
            requests += self._requests(OscMessage(address, message.arguments))
        return requests

    def _addresses(self) -> list[str]:
        """Our own addresses that name something of the preset."""
        if self._own_addresses is None:
            check = self.checker
            found = [f"parameter/{name}" for name in check.parameters]
            found += [f"event/{name}" for name in check.known_events]
            for name in check.settable_groups:
                found += [f"state/{name}/{value}" for value in check.groups[name].values]
            self._own_addresses = [ROOT + one for one in found]
        return self._own_addresses

    def _near(self, address: str) -> str:
        """Suggest an address of the preset: not one that has only the first parts of the path in common."""
        found = most_similar(address[:64], tuple(self._mappings))
        if found is None:
            return ""
        wanted, there = address.split("/"), found.split("/")
        shared = next((i for i, pair in enumerate(zip(wanted, there, strict=False)) if len(set(pair)) > 1), 0)
        is_near = not shared or nearest("/".join(wanted[shared:]), ["/".join(there[shared:])])
        return f" (did you mean {found!r}?)" if is_near else ""

    def _own(self, path: list[str], arguments: tuple[Any, ...]) -> list[Request]:
        check, first = self.checker, arguments[0] if arguments else None
        match path:
            case ["parameter", name]:
                return [check.parameter(name, _number(first))]
            case ["state", value] if value not in check.groups:
                return _unless_released(check.state(check.only_group(), value, _id(arguments)), arguments)
            case ["state", group]:
                return [check.state(group, self._chosen(group, arguments), _id(arguments[1:]))]
            case ["state", group, value]:
                return _unless_released(check.state(group, value, _id(arguments)), arguments)
            case ["event", name]:
                return self._event(name, arguments)
            case ["token"]:
                return []  # a client that says one to an engine that wants none
            case ["subscribe"]:
                return [_subscription(arguments)]
        for reader in (self._transport, self._steering):
            if (requests := reader(path, arguments)) is not None:
                return requests
        text = (
            f"{shown(ROOT + '/'.join(path))} is no address of ours: parameter, state, event, tempo, play, "
            "stop, pause, resume, restart, volume, mix, snapshot, steer, mood, key, chord, note, control, "
            f"forget, jump, load and subscribe are{self._meant(path[-1])}"
        )
        raise ProtocolError(text)

    def _transport(self, path: list[str], arguments: tuple[Any, ...]) -> list[Request] | None:
        """Requests about the whole music; None if the address is none of theirs."""
        check, first = self.checker, arguments[0] if arguments else None
        match path:
            case ["tempo"]:
                return [check.tempo(first)]
            case ["volume"]:
                return [check.volume(first, seconds=_second(arguments))]
            case ["stop"]:
                return _unless_released(check.stop(_second(arguments)), arguments)
            case ["mix", *target] if target:
                return [check.mix({".".join(target): first}, seconds=_second(arguments))]
            case ["snapshot", name]:
                return [check.snapshot({name: _let_go(first)})]
            case ["forget"]:
                return [check.forget(first)]
            case ["jump"]:
                return [check.jump(first, None if len(arguments) < 2 else arguments[1])]
            case ["load"] if isinstance(first, str) and len(first) <= 64:
                return [LoadPreset(first)]
            case [word] if (request := transport(word)) is not None:
                return _unless_released(request, arguments)
        return None

    def _steering(self, path: list[str], arguments: tuple[Any, ...]) -> list[Request] | None:
        """Requests that steer the composer; None if the address is none of theirs."""
        check, first = self.checker, arguments[0] if arguments else None
        match path:
            case ["steer", control]:
                return [check.steer({control: first})]
            case ["steer", layer, control]:
                return [check.steer({control: first}, layer)]
            case ["mood"]:
                return [check.mood(_let_go(first))]
            case ["key"]:
                return [check.key(_let_go(first))]
            case ["chord"]:
                return [check.chord(_let_go(first))]
            case ["control", layer, control]:
                number = int(control) if control.isascii() and control.isdigit() else control
                return [check_control(layer, number, first, check.controllable)]
            case ["note", layer]:
                return [check.note(layer, first, _second(arguments))]
        return None

    def _chosen(self, group: str, arguments: tuple[Any, ...]) -> Any:
        """The value that the first argument chooses, by name or by index."""
        if not arguments:
            value = self.checker.groups[group].values[0]
            text = f"say which value {group} gets, such as {ROOT}state/{group}/{value}"
            raise ProtocolError(text)
        return arguments[0]

    def _meant(self, name: str) -> str:
        """Suggest an address, if only its kind (parameter, state, event) is missing."""
        check = self.checker
        values = {value for group in check.groups.values() for value in group.values}
        kinds = {"parameter": check.parameters, "event": check.events, "state": values}
        kind = next((kind for kind, names in kinds.items() if name in names), None)
        return f" (did you mean {ROOT}{kind}/{name}?)" if kind else ""

    def _event(self, name: str, arguments: tuple[Any, ...], latency_s: float | None = None) -> list[Request]:
        """Event with an optional velocity and an optional id.  Velocity 0, a released button, is no event.

        The second argument of the event that the tempo follows is its age in seconds.
        """
        velocity, message_id = 1.0, None
        for argument in arguments[:2]:
            if isinstance(argument, str):
                message_id = argument[:LONGEST_ID]
            elif isinstance(argument, bool | int | float):
                velocity = float(argument)
        event: Request
        if name == self.checker.phase_event:
            age_s = _second(arguments)
            event = self.checker.steps(None if isinstance(age_s, str) else age_s, None, message_id, latency_s)
        else:
            event = self.checker.event(name, velocity, None, message_id)
        return [] if velocity == 0.0 else [event]

    def _map(
        self, table: InputTable, no_readings: NoReadings, address: str, arguments: tuple[Any, ...]
    ) -> list[Request]:
        """Requests of an input, for each of the arguments that it reads."""
        wanted = arguments_of(table)
        there = [argument for argument in wanted if argument < len(arguments)] or list(wanted[:1])
        return [
            request
            for argument in there
            for request in self._map_one(table, no_readings, f"{address} {argument}", arguments[argument:])
        ]

    def _map_one(
        self, table: InputTable, no_readings: NoReadings, place: str, arguments: tuple[Any, ...]
    ) -> list[Request]:
        """Requests of an input for the first of these arguments."""
        value = arguments[0] if arguments else None
        number = _number(value)
        if is_finite_number(number) and number in no_readings:
            return []
        if table.event is not None:
            latency_s = None if table.input_latency_ms is None else table.input_latency_ms / 1000.0
            return self._event(table.event, () if value is None else (value,), latency_s)
        if table.state is not None:
            if table.values is not None:
                key = _key(value)
                if key is None or key not in table.values:
                    if is_release(arguments):
                        return []
                    text = f"the `values` of {table.osc} do not name what it sends, got {shown(value)}"
                    raise ProtocolError(text)
                value = table.values[key]
            return [self.checker.state(table.state, value)]
        if is_finite_number(number):
            number = rescale(table, number)
        request = self.checker.parameter(table.parameter, number)
        if isinstance(request, SetParameter) and table.parameter in self.checker.arbitrated:
            request = replace(request, source=ReadingSource(table, place))
        return [request]


def rescale(table: InputTable, value: float) -> float:
    """Map a value from the input range to the output range, clamped.  Either range may be descending.

    Without a range it is multiplied by the input's `factor`.
    """
    if table.input_range is None:
        return value if table.factor is None else value * table.factor
    low, high = table.input_range
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    first, last = table.output_range or (0.0, 1.0)
    return first + (last - first) * share


def _subscription(arguments: tuple[Any, ...]) -> Subscribe:
    """The topics that the texts name, and the port that a number names."""
    topics, port = set(), None
    for one in arguments:
        if isinstance(one, int) and not isinstance(one, bool) and 0 < one < 65536:
            port = one
        elif one in OSC_TOPICS:
            topics.add(one)
        else:
            near = nearest_or_all(one, OSC_TOPICS) if isinstance(one, str) else ""
            message = f"there is nothing to hear of {shown(one)}{near}"
            raise ProtocolError(message)
    return Subscribe(frozenset(topics), None, port)


def _id(arguments: tuple[Any, ...]) -> str | None:
    """The id of a request: the first text among two arguments."""
    return next((one[:LONGEST_ID] for one in arguments[:2] if isinstance(one, str)), None)


def _id_in(message: OscMessage) -> str | None:
    """The id of a message that is refused; None: it has none."""
    path = message.address[len(ROOT) :].split("/") if message.address.startswith(ROOT) else [""]
    if path[0] == "event" or (path[0] == "state" and len(path) == 3):
        return _id(message.arguments)
    return _id(message.arguments[1:]) if path[0] == "state" else None


def _second(arguments: tuple[Any, ...]) -> Any:
    """The second argument, a time in seconds; None if there is none."""
    return arguments[1] if len(arguments) > 1 else None


def _unless_released(request: Request, arguments: tuple[Any, ...]) -> list[Request]:
    """The request of a button that is pressed; none if it is let go.

    It is made in either case, so that a wrong name is a fault when the button is let go, too.
    """
    return [] if is_release(arguments) else [request]


def _let_go(value: Any) -> Any:
    """None for an empty text, by which programs without a nil let go."""
    return None if value == "" else value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, bool) else value


def _key(value: Any) -> str | None:
    """A received value as a key of `values`; None if it is neither a number nor a text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else f"{value:.7g}"
    return str(value) if isinstance(value, int | str) else None


class Everybody(Container[str]):
    """Holds every address."""

    def __contains__(self, _address: object) -> bool:
        return True


class OscServer(asyncio.DatagramProtocol):
    """Receives packets and passes on their transactions.  Each problem is reported once per sender.

    Parameters
    ----------
    reader : OscReader
        Reads packets.
    receive : callable
        Is given each transaction, its arrival number if it has one already, and the client if it gets
        receipts.
    report : callable
        Is given a sentence about a sender, the first time that it applies.
    peers : OscPeers, optional
        The clients that get receipts; left out: none does.
    allowed : container of str
        Addresses whose packets are read.

    Attributes
    ----------
    faults : KnownFaults
        What was wrong with the packets of each sender, and how often.
    """

    def __init__(
        self,
        reader: OscReader,
        receive: Callable[..., None],
        report: Callable[[str], None],
        peers: OscPeers | None = None,
        allowed: Container[str] = Everybody(),  # it has no state
    ) -> None:
        self.reader, self._allowed = reader, allowed
        self._receive, self._report = receive, report
        self._peers = peers
        self.faults, self._remarks = KnownFaults(), KnownFaults()
        self.malformed = 0
        self.packets = self.refused = 0

    def close(self) -> None:
        """The client has gone: end what it subscribes to."""
        if self._peers is not None:
            self._peers.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Read one packet."""
        self.take(data, addr[0], None, addr)

    def take(self, data: bytes, sender: str, arrival: int | None, address: Any = None) -> None:
        """Read one packet of a sender.

        `arrival` is its arrival number, if it has one already; `address` is where receipts are sent.
        """
        self.packets += 1
        if sender not in self._allowed:
            self.refused += 1
            self._once(self.faults, sender, "is not in a network that the site allows; it is not read")
            return
        try:
            time_tag, transaction = self.reader.read(data)
        except OscError as error:
            self.malformed += 1
            self._once(self.faults, sender, str(error))
            return
        for one in clamped_values(transaction.requests, self.reader.checker.parameters):
            low, high = one.range or (-math.inf, math.inf)
            text = f"{one.name} is out of its range, {low:g} to {high:g}, and is clamped"
            self._once(self._remarks, sender, text)
        for fault in transaction.faults:
            at = shown(fault.at)
            place = "" if at in fault.error else f"{at[1:-1]}: "
            self._once(self.faults, sender, place + fault.error[:200])
        self._subscribe(transaction, sender, address)
        peer = self._peer_of(transaction, address)
        if peer is not None and not transaction.requests:
            return
        more = () if peer is None else (peer,)
        delay = self._delay(time_tag, sender)
        if delay <= 0.0:
            self._receive(transaction, arrival, *more)
        else:
            asyncio.get_running_loop().call_later(delay, self._receive, transaction, None, *more)

    def _subscribe(self, transaction: Transaction, sender: str, address: Any) -> None:
        """Take subscriptions out of a transaction, and begin them."""
        asked = [one for one in transaction.requests if isinstance(one, Subscribe)]
        if not asked:
            return
        transaction.requests[:] = [one for one in transaction.requests if not isinstance(one, Subscribe)]
        for one in asked:
            trouble = "nothing can be subscribed to here"
            if self._peers is not None and address is not None:
                trouble = self._peers.subscribe(address, one)
            if trouble:
                self._once(self.faults, sender, trouble)

    def _peer_of(self, transaction: Transaction, address: Any) -> OscPeer | None:
        """The client that gets receipts; requests that it has sent before are taken out and answered."""
        has_ids = any(one.id is not None for one in (*transaction.requests, *transaction.faults))
        if self._peers is None or address is None or not has_ids:
            return None
        peer = self._peers.at(address)
        for fault in transaction.faults:
            if fault.id is not None and peer.is_new(fault.id):
                peer.send({"receipt": fault.id, "status": "failed"})
        known: dict[str, bool] = {}  # several requests of one packet may share an id
        kept = []
        for request in transaction.requests:
            if request.id is not None and request.id not in known:
                known[request.id] = peer.is_new(request.id)
            if request.id is None or known[request.id]:
                kept.append(request)
        transaction.requests[:] = kept
        return peer

    def _delay(self, time_tag: int, sender: str) -> float:
        if time_tag == IMMEDIATELY:
            return 0.0
        wall = time.time()  # noqa: TID251  # time tags are wall time by definition
        ahead = time_tag / 2**32 - NTP_EPOCH_S - wall
        if abs(ahead) > TRUSTED_S:
            text = "sends time tags more than a second off; they count as now"
            self._once(self._remarks, sender, text)
            return 0.0
        return ahead

    def _once(self, known: KnownFaults, sender: str, sentence: str) -> None:
        who = f"OSC from {sender}"
        if known.add(sentence, who):
            self._report(f"{who}: {sentence}")
