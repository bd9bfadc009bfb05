"""What the rules for old configs work on, and what they leave behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from kerascodegen.errors import (
    Diagnostic,
    Level,
    ReadError,
    UnsupportedModelError,
    printable,
)
from kerascodegen.graph.rescue import Change, MovedLayer, Refusal, Rescue

Json = Any
JsonObject = Mapping[str, Json]

_COLLECTING: ContextVar[bool] = ContextVar("collecting", default=False)


@contextmanager
def all_refusals() -> Iterator[None]:
    """Go on reading where a layer cannot be kept, with a stand-in in its place.

    The graph is one to look at only: `Rescue.refusals` says what is wrong with it.

    Yields:
        Nothing.
    """
    token = _COLLECTING.set(True)
    try:
        yield
    finally:
        _COLLECTING.reset(token)


@dataclass(slots=True)
class Report:
    """What rules changed and said over a whole model.

    Attributes:
        changes: As in `Rescue`.
        moved: As in `Rescue`.
        remarks: What the user is told.
        refusals: What cannot be kept, where all of it was asked for; else `None`, and
            the first of it is an error.
    """

    changes: list[Change] = field(default_factory=list)
    moved: list[MovedLayer] = field(default_factory=list)
    remarks: list[Diagnostic] = field(default_factory=list)
    refusals: list[Refusal] | None = field(
        default_factory=lambda: [] if _COLLECTING.get() else None
    )

    def rescue(self, version: str, container: str) -> Rescue:
        """Give what stands beside the graph."""
        return Rescue(
            version,
            tuple(self.changes),
            tuple(self.moved),
            container,
            refusals=tuple(self.refusals or ()),
        )

    def refused(self, where: str, error: UnsupportedModelError) -> None:
        """Keep a reason for which source cannot be written."""
        assert self.refusals is not None
        reason = str(error).removeprefix(f'"{where}": ')
        self.refusals.append(Refusal(where, reason))

    def tell(self, level: Level, where: str, message: str) -> None:
        """Say something once."""
        remark = Diagnostic(level, where, message)
        if remark not in self.remarks:
            self.remarks.append(remark)


@dataclass(slots=True)
class Item:
    """A layer or object of an old config, while rules turn it into one of Keras 3.

    Attributes:
        cls: Its class, as the file names it, without package.
        config: Its arguments; rules change them.
        where: The layer that it is, or is part of, safe to print.
        report: Takes what rules change and say.
        rule: The rule at work.
        module: The module to write; `None` for a class that is not Keras'.
        registered: `"package>Name"` of a registered class, else `None`.
        calls: Keyword arguments to add to each call of the layer.
        layout: How the file holds its weights, as in `MovedLayer`.
        layout_config: What a layout needs to know of the old config.
        code: Code that is written into the source for it, else `None`.
        follower: A layer that is called on what it gives, as class and config.
        time_major: Whether it takes and gives time before the batch.
        own_mask: Whether it is a merge whose mask Keras 3 would make another way.
        deep_masks: Whether the model has masks with more axes than batch and time.
        aside: Whether it is left out where nothing takes what it gives.
    """

    cls: str
    config: dict[str, Json]
    where: str
    report: Report
    rule: str = ""
    module: str | None = "keras.layers"
    registered: str | None = None
    calls: dict[str, Json] = field(default_factory=dict)
    layout: str = ""
    layout_config: dict[str, object] = field(default_factory=dict)
    code: Any = None
    follower: tuple[str, dict[str, Json]] | None = None
    time_major: bool = False
    own_mask: bool = False
    deep_masks: bool = False
    aside: bool = False

    def changed(self, what: str, thing: str = "") -> None:
        """Note a change."""
        self.report.changes.append(Change(self.rule, self.where, what, thing))

    def drop(self, *keys: str) -> None:
        """Leave out arguments that Keras 3 does not have and that mean nothing."""
        for key in keys:
            if key in self.config:
                value = printable(self.config.pop(key), 40)
                self.changed(f"{key}={value} is left out", key)

    def rename(self, old: str, new: str) -> None:
        """Give an argument its name of today."""
        if old in self.config:
            self.config[new] = self.config.pop(old)
            self.changed(f"{old} is called {new}", old)

    def become(self, cls: str, module: str = "keras.layers") -> None:
        """Make it of another class."""
        self.changed(f"{printable(self.cls, 60)} becomes {cls}", self.cls)
        self.cls, self.module = cls, module

    def warn(self, message: str) -> None:
        """Tell the user that the source is not the whole model."""
        self.report.tell(Level.WARNING, self.where, message)

    def note(self, message: str) -> None:
        """Tell the user something that is good to know."""
        self.report.tell(Level.NOTE, self.where, message)

    def refuse(self, message: str) -> UnsupportedModelError:
        """Make the error for what cannot be kept."""
        return UnsupportedModelError(f'"{self.where}": {message}')


def as_object(value: Json, what: str) -> dict[str, Json]:
    """Take what must be a JSON object.

    Args:
        value: Parsed JSON.
        what: What it is, for messages.

    Returns:
        The object.

    Raises:
        ReadError: It is none.
    """
    if not isinstance(value, dict):
        raise ReadError(f"{what} in the config is damaged: it is not an object.")
    return value


def as_list(value: Json, what: str) -> list[Json]:
    """Take what must be a JSON list.

    Args:
        value: Parsed JSON.
        what: What it is, for messages.

    Returns:
        The list.

    Raises:
        ReadError: It is none.
    """
    if not isinstance(value, list):
        raise ReadError(f"{what} in the config is damaged: it is not a list.")
    return value
