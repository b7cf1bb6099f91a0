"""Short ways through the graph from one concept to another."""

from typing import Any

from kgbuild.mapping.explain.explanation import Path
from kgbuild.store import Store


def read_paths(store: Store, subject: str, object_: str, most: int) -> list[Path]:
    """Ways that visit no node twice, parallel edges as one, those with the fewest steps up or down first."""
    found: dict[tuple[Any, ...], list[set[str]]] = {}
    for row in store.query("similar/explain_paths", subject=subject, object=object_):
        nodes = tuple((identifier, name) for identifier, name in row["nodes"])
        steps = tuple((predicate, forward) for predicate, _, forward in row["edges"])
        if len({identifier for identifier, _ in nodes}) == len(nodes):
            sources = found.setdefault((nodes, steps), [set() for _ in steps])
            for known, (_, source, _) in zip(sources, row["edges"], strict=True):
                known.add(source or "not stated")
    order = sorted(
        found, key=lambda way: (sum(1.5 if p == "SUBCLASS_OF" else 1.0 for p, _ in way[1]), [i for i, _ in way[0]])
    )
    shapes: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for nodes, steps in order:
        vocabularies = tuple(identifier.partition(":")[0] for identifier, _ in nodes)
        shapes.setdefault((vocabularies, steps), []).append((nodes, steps))
    return [
        Path(nodes, [(p, sorted(s), f) for (p, f), s in zip(steps, found[nodes, steps], strict=True)], len(ways) - 1)
        for ways in list(shapes.values())[:most]
        for nodes, steps in ways[:1]
    ]
