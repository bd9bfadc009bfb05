"""What became of a model that an older Keras wrote, as plain data.

The reader turns the config into one of Keras 3. What it changed on the way, and where
the weights of the file belong, stand beside the graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a rule changed.

    Attributes:
        rule: The rule's name.
        where: The layer's path, models before it, or a part of the compile settings.
        what: What became of it, in a few words; safe to print.
        thing: What was changed, an argument or a class, where what Keras 3 does with
            it depends on that.
    """

    rule: str
    where: str
    what: str
    thing: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A layer that cannot be kept.

    Attributes:
        where: The layer, or `""` where the message names it.
        reason: Why, and what to do.
    """

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class MovedLayer:
    """A layer whose weights stand elsewhere, or otherwise, in the file than in source.

    A layer that is not listed has its weights under its own name and as they are.

    Attributes:
        path: Names in the graph: of the models that it stands in, then its own.
        old_path: The same as the file has them.
        layout: How the file holds its weights: `""` as Keras 3 does, else
            `"cudnn_lstm"`, `"cudnn_gru"`, `"locally_connected_1d"` or
            `"locally_connected_2d"`; with `":2"` or `":3"` behind that for the
            layer's `implementation`.
        config: What a layout needs to know of the old config.
    """

    path: tuple[str, ...]
    old_path: tuple[str, ...]
    layout: str = ""
    config: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Rescue:
    """How a graph came from the config of an older Keras.

    Attributes:
        version: The Keras that wrote it, as far as the file tells, or `""`.
        changes: What rules changed, in the order of the model.
        moved: Layers whose weights the file has elsewhere or otherwise.
        container: What the model was read from: `"h5"`, `"keras"`, `"json"` or, live,
            `"tf_keras"`.
        optimizer_state: Whether the file holds the optimizer's state; `None` where
            that is not known.
        refusals: Layers that cannot be kept, where all of them were asked for.
    """

    version: str = ""
    changes: tuple[Change, ...] = ()
    moved: tuple[MovedLayer, ...] = field(default=())
    container: str = ""
    optimizer_state: bool | None = None
    refusals: tuple[Refusal, ...] = ()

    def old_path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Say under which names the file has a layer.

        Args:
            path: Names in the graph: of the models that it stands in, then its own.

        Returns:
            The names in the file.
        """
        for layer in self.moved:
            if layer.path == path:
                return layer.old_path
        return path
