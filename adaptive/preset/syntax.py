"""The parser of `when` and `value`: turns a text into the tree of `tree`.

The operators from lowest to highest precedence: ``or``, ``and``, ``not``, one comparison, ``+ -``, ``* /``,
unary minus.  Comparisons do not chain.  The parser does not check whether names exist; `formulas` does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from adaptive.errors import ExpressionError, quoted
from adaptive.preset.faults import join_names, nearest
from adaptive.preset.tree import (
    BARS_IN_SECTION,
    CLOCK_FUNCTIONS,
    FUNCTIONS,
    LARGEST,
    WORDS,
    BarsInSection,
    Binary,
    Call,
    Comparison,
    Expression,
    Logic,
    Node,
    Number,
    Reference,
    Text,
    Unary,
    walk,
)

# Longer conditions are better written as sections and states.
MAX_CHARACTERS = 1000
# Evaluation and compilation are recursive; this depth is far below the interpreter's own limit.
MAX_DEPTH = 32


def parse(text: str) -> Expression:
    """Parse an expression.

    Raises
    ------
    ExpressionError
        If the text is invalid; its sentence gives the column, counted from 1, and what is expected there.

    Examples
    --------
    >>> sorted(parse("threat > 0.6 and place == 'road'").names)
    ['place', 'threat']
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            f"has {len(text)} characters, more than the {MAX_CHARACTERS} an expression may have"
        )
    root = _Parser(text).whole()
    names = frozenset(node.name for node, _ in walk(root) if isinstance(node, Reference))
    if max(depth for _, depth in walk(root)) > MAX_DEPTH:
        raise ExpressionError(_too_deep())
    return Expression(text, names, root)


# ``foreign`` comes before the single characters, so that ``=>`` is matched as one token.
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | '(?P<single>[^'\r\n]*)' | "(?P<double>[^"\r\n]*)"
    | (?P<operator><=|>=|==|!=)
    | (?P<foreign>&&?|\|\|?|<>|=>|=<|\*\*|[=!^%])
    | (?P<sign>[-+*/<>(),])
    """,
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")

# Operators of other languages, and the operator of this language to write instead.
_INSTEAD = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "=": "==",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
}
_FUNCTION_INSTEAD = {"avg": "mean", "average": "mean", "minimum": "min", "maximum": "max"}
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_NOT_POWER = 3
_POWER = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(_COMPARISONS, 4),
    **dict.fromkeys("+-", 5),
    **dict.fromkeys("*/", 6),
}
_MINUS_POWER = 7


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "name", "text", "operator", "end"]
    text: str
    column: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else quoted(self.text)


def _fail(column: int, what: str) -> NoReturn:
    raise ExpressionError(f"at column {column}, {what}")


def _too_deep() -> str:
    return f"nests deeper than {MAX_DEPTH} levels; split it into parameters with a `value`"


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            _refuse_character(text[at], at + 1)
        if found.lastgroup != "space":
            yield _token(found.lastgroup or "", found[found.lastgroup or 0], at + 1)
        at = found.end()
    yield _Token("end", "", len(text) + 1)


def _token(group: str, text: str, column: int) -> _Token:
    match group:
        case "number":
            return _Token("number", text, column)
        case "single" | "double":
            return _Token("text", text, column)
        case "name" if text not in WORDS:
            return _Token("name", text, column)
        case "foreign":
            _refuse_foreign(text, column)
    return _Token("operator", text, column)


def _refuse_character(character: str, column: int) -> NoReturn:
    if character in "'\"":
        _fail(column, f"the string has no closing {character}")
    shown = f"`{character}`" if character.isprintable() else f"the character {ord(character):#x}"
    _fail(column, f"{shown} is not part of an expression; names are a-z, 0-9 and `_`")


def _refuse_foreign(text: str, column: int) -> NoReturn:
    if text in _INSTEAD:
        _fail(column, f"`{text}` is not an operator here; write `{_INSTEAD[text]}`")
    _fail(column, f"`{text}` is not an operator here; there are `+`, `-`, `*` and `/`")


class _Parser:
    """Parses one text by precedence climbing."""

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)
        self._token = next(self._rest)
        self._comparisons = 0
        self._nesting = 0

    def whole(self) -> Node:
        root = self._expression()
        if self._token.kind != "end":
            self._refuse_rest()
        return root

    def _refuse_rest(self) -> NoReturn:
        token = self._token
        if token.text == ")" and token.kind == "operator":
            _fail(token.column, "there is no `(` for this `)`")
        _fail(token.column, f"expected an operator such as `>`, `+` or `and`, found {token}")

    def _next(self) -> _Token:
        token = self._token
        self._token = next(self._rest, token)
        return token

    def _is(self, *operators: str) -> bool:
        return self._token.kind == "operator" and self._token.text in operators

    def _expression(self, floor: int = 0) -> Node:
        left = self._operand(floor)
        while self._token.kind == "operator":
            power = _POWER.get(self._token.text, -1)
            if power < max(floor, 1):
                break
            operator = self._next().text
            left = self._join(operator, left, self._expression(power + 1))
        return left

    def _join(self, operator: str, left: Node, right: Node) -> Node:
        if operator in WORDS:
            same = isinstance(left, Logic) and left.operator == operator
            first = left.operands if isinstance(left, Logic) and same else (left,)
            return Logic(operator, (*first, right))
        if operator not in _COMPARISONS:
            return Binary(operator, left, right)
        if self._is(*_COMPARISONS):
            _fail(self._token.column, "comparisons do not chain; write `a < x and x < b`")
        self._comparisons += 1
        return Comparison(operator, left, right, self._comparisons - 1)

    def _operand(self, floor: int) -> Node:
        token = self._next()
        match token.kind:
            case "number":
                return Number(_number(token))
            case "text":
                return Text(token.text)
            case "name":
                return self._named(token)
            case "operator" if token.text in ("(", "-", "not"):
                return self._nested(token, floor)
            case _:
                _fail(token.column, f"expected a number, a name, a string or `(`, found {token}")

    def _nested(self, token: _Token, floor: int) -> Node:
        self._nesting += 1
        if self._nesting > MAX_DEPTH:
            raise ExpressionError(_too_deep())
        if token.text == "(":
            node = self._expression()
            self._close(token)
        elif token.text == "-":
            node = _negated(self._expression(_MINUS_POWER))
        elif floor > _NOT_POWER:
            _fail(token.column, "`not` binds loosely; put it and its condition in parentheses")
        else:
            node = Unary("not", self._expression(_NOT_POWER))
        self._nesting -= 1
        return node

    def _named(self, token: _Token) -> Node:
        if self._is("("):
            return self._call(token)
        if token.text in FUNCTIONS:
            _fail(token.column, f"`{token.text}` is a function; write `{token.text}(x)`")
        if token.text == BARS_IN_SECTION:
            return BarsInSection()
        if not _NAME.fullmatch(token.text):
            law = "begin with a letter" if token.text.startswith("_") else "are lower case"
            right = token.text.lower().lstrip("_0123456789")
            instead = f"; write `{right}`" if right else ""
            _fail(token.column, f"{quoted(token.text)}: names {law}{instead}")
        return Reference(token.text)

    def _call(self, token: _Token) -> Node:
        if token.text not in FUNCTIONS:
            word = token.text.lower()
            near = _FUNCTION_INSTEAD.get(word) or nearest(word, FUNCTIONS)
            help_ = f"did you mean `{near}`?" if near else f"there are {join_names([*FUNCTIONS])}"
            _fail(token.column, f"{quoted(token.text)} is not a function; {help_}")
        self._nesting += 1
        if self._nesting > MAX_DEPTH:
            raise ExpressionError(_too_deep())
        opening = self._next()
        arguments = [self._expression()]
        while self._is(","):
            self._next()
            arguments.append(self._expression())
        self._close(opening)
        self._nesting -= 1
        return _checked(Call(token.text, tuple(arguments)), token)

    def _close(self, opening: _Token) -> None:
        if not self._is(")"):
            where = f"to close the `(` of column {opening.column}"
            _fail(self._token.column, f"expected `)` {where}, found {self._token}")
        self._next()


def _number(token: _Token) -> float:
    value = float(token.text)
    if not math.isfinite(value) or value > LARGEST:
        _fail(token.column, f"{quoted(token.text)} is too large; the largest number is {LARGEST:.3g}")
    return value


def _negated(node: Node) -> Node:
    return Number(-node.value) if isinstance(node, Number) else Unary("-", node)


def _checked(call: Call, token: _Token) -> Call:
    count = len(call.arguments)
    if min(count, 2) != FUNCTIONS[call.function]:
        amount = "one argument" if count > 1 else "two arguments or more"
        _fail(token.column, f"`{call.function}` takes {amount}, got {count}")
    if call.function in CLOCK_FUNCTIONS and not isinstance(call.arguments[0], Reference):
        _fail(token.column, f"`{call.function}` takes the name of a parameter and nothing else")
    return call
