"""Literals read back as what they stand for, and show what they hold."""

import ast
import math
import random
import unicodedata

import black
import pytest

from kerascodegen.literals import number, string

TEXTS = [
    "",
    "plain",
    "it's",
    'say "x"',
    "both ' and \"",
    "back\\slash",
    "end\\",
    "tab\tnew\nline\r",
    "nul\x00bell\x07del\x7f",
    "c1\x85\x9f",
    "{braces} %s",
    '"""',
    "'''",
    "größe",
    "层",
    "emoji 🙂",
    "\u202eevil\u202c",
    "\u2066isolate\u2069",
    "zero\u200bwidth\u200d",
    "\ufeffbom",
    "sep\u2028\u2029",
    "nbsp\xa0soft\xad",
    "lone \ud800 surrogate",
    "\U000e0041tag",
    "раураl",
    "\U0010ffff",
    "e\u0301",
    "ﬁ",
    "#  comment",
]


def assert_honest(text: str) -> None:
    literal = string(text)
    assert ast.literal_eval(literal) == text
    inside = literal[1:-1]
    assert all(char.isprintable() for char in inside)
    assert not any(unicodedata.category(c) in {"Cf", "Cc", "Cs", "Zl"} for c in inside)
    # Two literals that look alike are alike.
    assert unicodedata.normalize("NFKC", inside) == inside


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_text_reads_back(text: str):
    assert_honest(text)


def test_any_text_reads_back():
    generator = random.Random(5)
    for _ in range(3000):
        top = generator.choice([0x80, 0x300, 0x3000, 0x10FFFF])
        points = (generator.randrange(top) for _ in range(generator.randrange(12)))
        assert_honest("".join(map(chr, points)))


def test_every_character_reads_back():
    for start in range(0, 0x30000, 0x100):
        assert_honest("".join(map(chr, range(start, start + 0x100))))


@pytest.mark.parametrize("text", [t for t in TEXTS if "\ud800" not in t], ids=ascii)
def test_black_leaves_it_alone(text: str):
    line = f"x = {string(text)}\n"
    assert black.format_str(line, mode=black.Mode(line_length=1000)) == line


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("größe", '"größe"'),
        ("层_1", '"层_1"'),
        # Cyrillic letters beside Latin ones look like Latin ones.
        ("раyраl", '"\\u0440\\u0430y\\u0440\\u0430l"'),
        ("привет", '"привет"'),
        ('a"b', "'a\"b'"),
        ("a\"b'c", '"a\\"b\'c"'),
    ],
)
def test_readable_text_stays_readable(text: str, literal: str):
    assert string(text) == literal


NUMBERS = [
    0,
    1,
    -1,
    10**30,
    True,
    False,
    0.0,
    -0.0,
    0.1,
    1e-7,
    1e22,
    1e300,
    5e-324,
    1 / 3,
]


@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_number_reads_back(value: float):
    result = ast.literal_eval(number(value))
    assert type(result) is type(value)
    assert result == value
    assert math.copysign(1, result) == math.copysign(1, value)


def test_any_float_reads_back():
    generator = random.Random(6)
    for _ in range(2000):
        value = generator.uniform(-1, 1) * 10.0 ** generator.randrange(-300, 300)
        assert ast.literal_eval(number(value)) == value


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_number_that_has_no_literal(value: float):
    result = eval(number(value), {"__builtins__": {"float": float}})
    assert result == value or (math.isnan(result) and math.isnan(value))
