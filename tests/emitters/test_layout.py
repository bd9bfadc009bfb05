"""Breaking lines ahead of black never changes what black makes of them."""

import ast
import random

import black
import pytest

from kerascodegen.emitters.layout import lay_out
from tests.support import GOLDENS

INDENT = "    "


def formatted(statement: str, width: int) -> str:
    source = f"def f():\n{INDENT}{statement}\n"
    return black.format_str(source, mode=black.Mode(line_length=width))


def word(generator: random.Random) -> str:
    return "".join(generator.choices("abcdefgh_", k=generator.randrange(1, 14))) + "z"


def expression(generator: random.Random, depth: int) -> str:
    """An expression of the kinds that emitters write."""
    kind = generator.randrange(12)
    if depth == 0 or kind < 3:
        return generator.choice(
            [
                word(generator),
                str(generator.randrange(100000)),
                f'"{word(generator)}"',
                "'a, (b] \" {c'",
                "'say \"(\"'",
                "0.001",
                "None",
                "-1",
            ]
        )
    inner = [expression(generator, depth - 1) for _ in range(generator.randrange(1, 6))]
    if kind == 3:
        return f"[{', '.join(inner)}]"
    if kind == 4:
        return f"({inner[0]},)" if len(inner) == 1 else f"({', '.join(inner)})"
    if kind == 5:
        pairs = ", ".join(f'"{word(generator)}": {item}' for item in inner)
        return f"{{{pairs}}}"
    if kind == 6:
        return f"{word(generator)} {generator.choice('+-*/@')} {word(generator)}"
    if kind == 7:
        return f"{word(generator)}[:, {generator.randrange(9)}:, ...]"
    return call(generator, inner)


def call(generator: random.Random, inner: list[str]) -> str:
    parts = inner[:1] + [f"{word(generator)}={item}" for item in inner[1:]]
    text = f"layers.{word(generator)}({', '.join(parts)})"
    tail = generator.randrange(4)
    if tail == 0:
        return f"{text}({word(generator)})"
    if tail == 1:
        tensors = ", ".join(word(generator) for _ in range(generator.randrange(1, 9)))
        return f"{text}([{tensors}])"
    return text


def statement(generator: random.Random) -> str:
    inner = [expression(generator, 2) for _ in range(generator.randrange(1, 6))]
    value = call(generator, inner)
    if generator.random() < 0.1:
        return f"return {value}"
    targets = [word(generator) for _ in range(generator.choice([1, 1, 3]))]
    return f"{', '.join(targets)} = {value}"


@pytest.mark.parametrize("seed", range(4))
def test_black_makes_the_same_of_it(seed: int):
    generator = random.Random(seed)
    unchanged = total = 0
    for _ in range(100):
        text = statement(generator)
        width = generator.choice([50, 88, 88, 88, 120])
        broken = lay_out(text, width, INDENT)
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(broken))
        expected = formatted(text, width)
        assert formatted(broken, width) == expected
        total += 1
        unchanged += f"def f():\n{INDENT}{broken}\n" == expected
    # A guess that is wrong costs only time, but it should be rare.
    assert unchanged >= 0.8 * total


def statements(source: str) -> list[tuple[str, str]]:
    """Statements inside functions, as black laid them out and on one line."""
    lines = source.splitlines()
    found = []
    for function in ast.parse(source).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in function.body[1:]:
            if isinstance(node, ast.Assign | ast.Return | ast.Expr):
                text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                if "#" not in text:
                    found.append((text.removeprefix(INDENT), joined(text)))
    return found


def joined(text: str) -> str:
    """A statement as emitters give it: on one line, without black's commas."""
    line = " ".join(part.strip() for part in text.splitlines())
    for bracket in "([{":
        line = line.replace(f"{bracket} ", bracket)
    for bracket in ")]}":
        line = line.replace(f", {bracket}", bracket).replace(f" {bracket}", bracket)
    return line


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_goldens_come_out_as_black_left_them(golden: object):
    if golden.stem == "option_line_length":
        pytest.skip("formatted to another width")
    # Lambdas are left to black.
    found = [
        (black_made, line)
        for black_made, line in statements(golden.read_text(encoding="utf-8"))
        if "lambda" not in line
    ]
    pairs = [(black_made, lay_out(line, 88, INDENT)) for black_made, line in found]
    assert [ours for black_made, ours in pairs if ours != black_made] == []


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short = f(x)", 88, ["short = f(x)"]),
        ("name = function(argument)", 20, ["name = function(", "    argument", ")"]),
        (
            "name = f(first, second, third)",
            20,
            ["name = f(", "    first,", "    second,", "    third,", ")"],
        ),
        ("x = a_name_that_is_longer_than_the_line", 20, None),
        ('x = "a text that is longer than the line"', 20, None),
        ("x = function_without_arguments()", 20, None),
    ],
)
def test_breaks(text: str, width: int, lines: list[str] | None):
    expected = [text] if lines is None else lines
    assert lay_out(text, width, "").split("\n") == expected


def test_brackets_and_commas_in_texts_are_not_code():
    text = 'x = f("(, [", \'it is ", so\', "\\"),")'
    broken = lay_out(text, 24, "")
    assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(text))
    assert len(broken.split("\n")) == 5


def test_indentation_stands_before_each_line_but_the_first():
    first, *rest = lay_out("name = function(argument)", 24, INDENT).split("\n")
    assert first == "name = function("
    assert rest == [f"{INDENT}    argument", f"{INDENT})"]
