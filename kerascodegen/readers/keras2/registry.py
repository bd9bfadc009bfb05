"""The table of rules: what to do with each thing that Keras 3 does not know.

A rule is a small function on an `Item`, registered for the classes that it is about
(`"*"` for all layers). Its docstring says what was and where that is written down.
Rules run in the order of registration; `rules/__init__.py` imports all of them.
"""

from __future__ import annotations

from collections.abc import Callable

from kerascodegen.readers.keras2.context import Item

Rule = Callable[[Item], None]
LAYER_RULES: dict[str, list[Rule]] = {}
OBJECT_RULES: dict[str, list[Rule]] = {}
EVERY = "*"


def layer_rule(*classes: str) -> Callable[[Rule], Rule]:
    """Register a rule for layers.

    Args:
        *classes: Old class names, or `EVERY`.

    Returns:
        A decorator.
    """
    return _register(LAYER_RULES, classes)


def object_rule(*classes: str) -> Callable[[Rule], Rule]:
    """Register a rule for initializers, regularizers, losses and the like.

    Args:
        *classes: Old class names.

    Returns:
        A decorator.
    """
    return _register(OBJECT_RULES, classes)


def _register(
    table: dict[str, list[Rule]], classes: tuple[str, ...]
) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        for name in classes:
            table.setdefault(name, []).append(rule)
        return rule

    return register


def apply_rules(table: dict[str, list[Rule]], item: Item) -> None:
    """Run all rules on an item: those for every class, then those for its own.

    A rule that makes it another class is followed by that class' rules.

    Args:
        table: `LAYER_RULES` or `OBJECT_RULES`.
        item: What is changed.

    Raises:
        UnsupportedModelError: The item cannot be kept.
    """
    done: set[Rule] = set()
    while True:
        rules = [*table.get(EVERY, ()), *table.get(item.cls, ())]
        rule = next((rule for rule in rules if rule not in done), None)
        if rule is None:
            return
        done.add(rule)
        item.rule = rule.__name__
        rule(item)
