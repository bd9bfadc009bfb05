"""Public classes and functions that no model gets back as they were, and why.

The README has this table; a test compares the two.
"""

# What the program writes a stand-in for, with a warning.
STUBS: dict[str, str] = {
    "keras.layers.FlaxLayer": "wraps code of another framework",
    "keras.layers.JaxLayer": "wraps code of another framework",
    "keras.layers.TFSMLayer": "wraps code of another framework",
    "keras.layers.TorchModuleWrapper": "wraps code of another framework",
    "keras.ops.cond": "takes functions of yours",
    "keras.ops.jvp": "takes functions of yours",
    "keras.ops.scan": "takes functions of yours",
}
# Exact from a live model; from a file a stand-in, with a warning.
LIVE_ONLY: dict[str, str] = dict.fromkeys(
    (
        "keras.ops.associative_scan",
        "keras.ops.map",
        "keras.ops.switch",
        "keras.ops.vectorized_map",
    ),
    "takes functions, of which a file has the bare name",
)
# What Keras itself cannot save; the program refuses.
NOT_SAVED: dict[str, str] = dict.fromkeys(
    ("keras.ops.fori_loop", "keras.ops.while_loop"),
    "Keras cannot save a model with it",
)

_KINDS: tuple[tuple[str, dict[str, str]], ...] = (
    ("a stand-in, and a warning", STUBS),
    ("exact from a live model; from a file a stand-in, and a warning", LIVE_ONLY),
    ("refused", NOT_SAVED),
)


def readme_table() -> str:
    """The table as the README has it."""
    rows = ["| class or function | what you get | why |", "| --- | --- | --- |"]
    for outcome, table in _KINDS:
        for reason in dict.fromkeys(table.values()):
            names = ", ".join(
                f"`{path.removeprefix('keras.')}`"
                for path, other in table.items()
                if other == reason
            )
            rows.append(f"| {names} | {outcome} | {reason} |")
    return "\n".join(rows)
