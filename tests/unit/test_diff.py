"""What changed between two graphs, on their tables."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kgbuild.diff import Difference, compare
from kgbuild.graph import GraphTables


def graph(folder: Path, concepts: list[dict[str, object]], edges: list[dict[str, object]], flag: str) -> GraphTables:
    folder.mkdir()
    text, texts = pa.string(), pa.list_(pa.string())
    schemas = {
        "concepts": pa.schema([("id", text), ("name", text), ("sources", texts), (flag, pa.bool_())]),
        "variants": pa.schema([("id", text), ("sources", texts)]),
        "has_name": pa.schema([("id", text), ("concept", text), ("text", text), ("scope", text), ("source", text)]),
        "edges": pa.schema(
            [
                *((c, text) for c in ("id", "subject", "predicate", "object", "source", "qualifier")),
                ("negated", pa.bool_()),
            ]
        ),
    }
    rows = {"concepts": concepts, "edges": edges}
    for table, schema in schemas.items():
        pq.write_table(pa.Table.from_pylist(rows.get(table, []), schema), folder / f"{table}.parquet")
    return GraphTables(folder, folder.name, (flag,))


def edge(number: str, qualifier: str | None = None) -> dict[str, object]:
    return {"id": number, "subject": "x:1", "predicate": "XREF", "object": f"y:{number}", "source": "toy",
            "qualifier": qualifier}  # fmt: skip


def test_what_comes_goes_and_changes_is_counted_by_source_with_examples(tmp_path: Path) -> None:
    old = graph(
        tmp_path / "old",
        [{"id": "x:1", "name": "gout", "sources": ["toy"]}, {"id": "y:1", "name": None, "sources": None}],
        [edge("1"), edge("2"), edge("3")],
        "in_toy",
    )
    new = graph(
        tmp_path / "new",
        [{"id": "x:1", "name": "Gout", "sources": ["toy", "other"]}, {"id": "y:1", "name": None, "sources": None}],
        [edge("2"), edge("3", "other"), edge("4"), edge("5")],
        "in_toy",
    )

    assert compare(old, new, examples=1) == [
        Difference("other", "nodes", 0, 0, 1, {"changed": ["x:1 Gout"]}),
        Difference("toy", "nodes", 0, 0, 1, {"changed": ["x:1 Gout"]}),
        Difference(
            "toy", "edges", 2, 1, 1,
            {"added": ["x:1 XREF y:4"], "removed": ["x:1 XREF y:1"], "changed": ["x:1 XREF y:3"]},
        ),
    ]  # fmt: skip


def test_an_edge_that_denies_its_triple_is_shown_as_such(tmp_path: Path) -> None:
    new = graph(tmp_path / "new", [], [edge("1") | {"negated": True}], "in_toy")

    assert compare(None, new)[0].examples == {"added": ["x:1 NOT XREF y:1"]}


def test_everything_is_new_after_the_first_load(tmp_path: Path) -> None:
    new = graph(tmp_path / "new", [{"id": "y:1", "name": None, "sources": None}], [edge("1")], "in_toy")

    assert [(each.source, each.kind, each.added) for each in compare(None, new)] == [
        ("(stub)", "nodes", 1),
        ("toy", "edges", 1),
    ]


def test_graphs_with_other_membership_flags_are_compared(tmp_path: Path) -> None:
    row: dict[str, object] = {"id": "x:1", "name": "gout", "sources": ["toy"]}
    old = graph(tmp_path / "old", [row], [], "in_toy")
    new = graph(tmp_path / "new", [row | {"in_other": True}], [], "in_other")

    assert [(each.kind, each.changed) for each in compare(old, new)] == [("nodes", 1)]
    assert compare(new, new) == []
