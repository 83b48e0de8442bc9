"""Selecting a section: the first true line, with hysteresis."""

from __future__ import annotations

from pathlib import Path

from adaptive.conductor.selector import Selector
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from tests.helpers.presets import (
    BAR,
    BEAT,
    STEM_LAYERS,
    make_preset,
    play,
)

SELECT = """
[parameters.threat]
hysteresis = 0.1
[states.place]
values = ["road", "shelter"]
"""


def test_hysteresis_holds_a_section_until_the_value_is_well_below(tmp_path: Path) -> None:
    body = STEM_LAYERS + SELECT
    body += '[sections.calm]\nlayers = ["calm"]\n[sections.fight]\nlayers = ["fight"]\n'
    body += '[[select]]\nsection = "fight"\nwhen = "threat > 0.6"\n[[select]]\nsection = "calm"\n'
    body += '[[transitions]]\nfrom = "any"\nto = "any"\nexit_at = "immediate"\n'
    performance = play(make_preset(tmp_path, body), 0.1).performance
    rows = [(BEAT * (n + 1), "threat", v) for n, v in enumerate([0.59, 0.61, 0.55, 0.51, 0.49, 0.55, 0.62])]
    performance.schedule_values(rows)
    while performance.frame < 2.5 * BAR:
        performance.engine.pull(CONTROL_STEP_FRAMES)
        performance.step()
    seams = [line for line in performance.log.recent if line.get("status") == "planned"]

    assert [line["target"] for line in seams] == ["fight", "calm", "fight"]
    assert [round(line["decided_frame"] / BEAT) for line in seams] == [2, 5, 7]


class Moment:
    """Values of a control step, set by hand."""

    def __init__(self) -> None:
        self.states = {"place": "road"}
        self.evaluated = 0
        self.threat = 0.0

    def signature(self) -> tuple[object, ...]:
        return (self.threat, *self.states.values())

    def value(self, name: str) -> float | str:
        self.evaluated += 1
        return self.states.get(name, self.threat)

    def hysteresis(self, name: str) -> float:
        return 0.0


LINES = (
    '[[select]]\nsection = "fight"\nwhen = "threat > 0.5"\nurgent = true\n'
    '[[select]]\nsection = "calm"\nwhen = "place == \'road\'"\n'
)


def lines_of(folder: Path) -> Selector:
    body = STEM_LAYERS + SELECT
    body += '[sections.fight]\nlayers = ["fight"]\n[sections.calm]\nlayers = ["calm"]\n'
    return Selector(make_preset(folder, body + LINES))


def test_the_first_true_line_wins_and_its_reason_names_the_values_it_read(tmp_path: Path) -> None:
    selector, moment = lines_of(tmp_path), Moment()
    assert selector.choose(moment).section == "calm"  # type: ignore[arg-type]
    moment.threat = 0.7
    choice = selector.choose(moment)  # type: ignore[arg-type]

    assert (choice.section, choice.is_urgent) == ("fight", True)
    assert choice.reason == "select[1]: threat > 0.5 (threat = 0.700)"


def test_without_a_true_line_the_default_section_is_chosen(tmp_path: Path) -> None:
    selector, moment = lines_of(tmp_path), Moment()
    moment.states["place"] = "shelter"
    choice = selector.choose(moment)  # type: ignore[arg-type]

    assert (choice.section, choice.reason) == ("fight", "no line of select is true: the default")


def test_conditions_are_not_evaluated_again_until_something_that_they_read_changes(tmp_path: Path) -> None:
    selector, moment = lines_of(tmp_path), Moment()
    first = selector.choose(moment)  # type: ignore[arg-type]
    evaluated = moment.evaluated

    assert selector.choose(moment) is first  # type: ignore[arg-type]
    assert moment.evaluated == evaluated
    moment.threat = 0.1
    selector.choose(moment)  # type: ignore[arg-type]
    assert moment.evaluated > evaluated


def test_a_line_without_a_condition_says_why_it_was_chosen_in_plain_words(tmp_path: Path) -> None:
    body = STEM_LAYERS + SELECT + '[sections.calm]\nlayers = ["calm"]\n[sections.fight]\nlayers = ["fight"]\n'
    first = '[[select]]\nsection = "calm"\n'
    second = '[[select]]\nsection = "fight"\nwhen = "threat > 0.5"\n' + first
    reasons = [
        play(make_preset(tmp_path / name, body + select), 0.1).performance.log.recent[0]["reason"]
        for name, select in (("first", first), ("second", second))
    ]

    words = [reason.partition(": ")[2] for reason in reasons]
    assert words == ["it has no `when`", "no line above it is true"]


def test_a_section_without_layers_is_silence(tmp_path: Path) -> None:
    body = STEM_LAYERS + SELECT + '[sections.calm]\nlayers = ["calm"]\n[sections.fight]\nlayers = []\n'
    body += '[[select]]\nsection = "fight"\nwhen = "threat > 0.5"\n[[select]]\nsection = "calm"\n'
    body += '[[transitions]]\nfrom = "any"\nto = "any"\nexit_at = "bar"\n'
    performance = play(make_preset(tmp_path, body), 0.1).performance
    performance.schedule_values([(BEAT, "threat", 1.0), (3 * BAR, "threat", 0.0)])
    heard = []
    for _ in range(5):
        block = []
        while len(block) * CONTROL_STEP_FRAMES < BAR:
            block.append(float(abs(performance.engine.pull(CONTROL_STEP_FRAMES)).max()))
            performance.step()
        heard.append(max(block[len(block) // 2 :]) > 1e-6)

    assert heard == [True, False, False, True, True]
