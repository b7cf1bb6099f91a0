"""Graphs without a database: sources staged by hand or from the starter data, merged and recorded as loaded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kgbuild import inputs, staging
from kgbuild.graph import merge
from kgbuild.history import History, Load
from kgbuild.home import folder
from kgbuild.loading import staged_sources
from kgbuild.model import SCHEMAS, Source
from kgbuild.quality.views import Graph
from loaders import LOADERS

Row = dict[str, Any]


@dataclass
class Toy:
    """A source's records; each gets `toy.tsv` as its file, and a row: as many as there were before in it."""

    name: str
    vocabularies: tuple[str, ...] = ()
    licence: str = "CC0-1.0"
    nodes: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    edges: list[Row] = field(default_factory=list)

    def _place(self) -> Row:
        return {"file": f"{self.name}.tsv", "row": len(self.nodes) + len(self.names) + len(self.edges) + 1}

    def node(self, id: str, name: str | None = None, type: str | None = None, **more: Any) -> str:
        """State a node, with its label as a name."""
        place = self._place()
        self.nodes.append({"id": id, "name": name, "type": type, "obsolete": False, **place, **more})
        if name is not None and type != "Variant":
            self.names.append({"id": id, "text": name, "scope": "LABEL", "language": "en", **place})
        return f"{place['file']}:{place['row']}"

    def called(self, id: str, text: str, scope: str = "EXACT") -> str:
        """State a name."""
        place = self._place()
        self.names.append({"id": id, "text": text, "scope": scope, "language": "en", **place})
        return f"{place['file']}:{place['row']}"

    def edge(self, subject: str, predicate: str, object: str, **more: Any) -> str:
        """State an edge."""
        place = self._place()
        stated = {"subject": subject, "predicate": predicate, "object": object}
        self.edges.append({**stated, "id": f"{self.name}{len(self.edges)}", "weight": 1.0, **place, **more})
        return f"{place['file']}:{place['row']}"

    def stage(self) -> None:
        """Write what was stated as staging would."""
        out = folder("staged") / self.name
        out.mkdir()
        more = {"nodes": (), "names": ("source",), "edges": ("id", "source")}
        for table, extra in more.items():
            rows = [{**row, "source": self.name} for row in getattr(self, table)]
            schema = pa.schema([*SCHEMAS[table], *((column, pa.string()) for column in extra)])
            pq.write_table(pa.Table.from_pylist(rows, schema), out / f"{table}.parquet")
        declared = Source(
            self.name, f"Toy {self.name}", "https://example.org", self.licence, {"toy": ("*.tsv",)},
            vocabularies=self.vocabularies, member=bool(self.vocabularies),
        )  # fmt: skip
        outcomes = {"staged": 1, "merged": 0, "rejected": 0}
        records = {"nodes": len(self.nodes), "names": len(self.names), "edges": len(self.edges), "rejects": 0}
        manifest = staging.Manifest(
            self.name, "1.0", {}, f"fingerprint of {self.name}", {}, outcomes, records, 0.1, declared, out
        )
        (out / "manifest.json").write_text(manifest.json())


def record(order: Sequence[str]) -> Graph:
    """Merge what is staged and record it as loaded."""
    manifests = staged_sources(order)
    tables = merge(manifests, folder("graph"))
    versions = {name: manifest.version for name, manifest in manifests.items()}
    History.read().finish(Load(tables.graph_id, "2026-01-02T03:04:05+00:00", "bulk", versions))
    return Graph.last(order)


def stage_starter() -> None:
    """Stage the starter data."""
    with as_file(files("loaders") / "starter") as data:
        for loader in LOADERS.values():
            if found := inputs.find(loader.SOURCE, data):
                staging.stage(loader, data, found, folder("staged") / loader.SOURCE.name)
