"""What this KG_HOME knows of the database: between which graphs it is, and which graphs it held.

`$KG_HOME/graph/state.json` has both; `$KG_HOME/graph/<graph id>` holds the tables of the graphs that are still of use.
"""

import json
import shutil
from dataclasses import asdict, dataclass, field

from kgbuild.errors import LoadError
from kgbuild.graph import GraphTables
from kgbuild.home import folder

#: Stands for the graph that an empty database holds.
NOTHING = "nothing"

#: Loads whose tables are kept, so that `kg diff` can compare them.
KEPT = 2


@dataclass(frozen=True)
class Load:
    """One finished load: the graph that it left, when, by which writer, and each source's version."""

    graph_id: str
    loaded: str
    writer: str
    versions: dict[str, str | None]


@dataclass
class History:
    """`between`: ids of graphs, one unless a load was killed; `loads`: the finished ones, oldest first."""

    between: list[str] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)

    @classmethod
    def read(cls) -> "History":
        """What is known; nothing in a new KG_HOME."""
        path = folder("graph") / "state.json"
        if not path.exists():
            return cls()
        stored = json.loads(path.read_text())
        if isinstance(stored, list):
            raise LoadError(f"{path}: written by an older kg; run `kg migrate`")
        return cls(stored["between"], [Load(**load) for load in stored["loads"]])

    def begin(self, graph_id: str, holds: bool) -> list[str]:
        """A load into the graph `graph_id` begins: gives the ids that the database may be at now."""
        before = self.between if holds else [NOTHING]
        self.between = list(dict.fromkeys([*before, graph_id]))
        self._write()
        return before

    def finish(self, load: Load) -> None:
        """A load is complete: the tables of graphs that are of no more use go."""
        self.between = [load.graph_id]
        if not self.loads or self.loads[-1].graph_id != load.graph_id:
            self.loads.append(load)
        self._write()
        kept = {known.graph_id for known in self.loads[-KEPT:]}
        for path in folder("graph").iterdir():
            if path.is_dir() and path.name not in kept:
                shutil.rmtree(path)

    def tables(self, graph_id: str) -> GraphTables | None:
        """The tables of a graph, None for the empty one.

        Raises:
            LoadError: they are not there any more, so nobody knows what of the graph is stale.
        """
        if graph_id == NOTHING:
            return None
        tables = GraphTables.read(folder("graph") / graph_id)
        if tables is None:
            raise LoadError(
                f"{folder('graph') / graph_id}: the tables of the loaded graph are not there any more; empty the "
                "database with `kg db reset` and load again"
            )
        return tables

    def _write(self) -> None:
        part = folder("graph") / ".state.json"
        part.write_text(json.dumps(asdict(self), indent=1))
        part.rename(folder("graph") / "state.json")
