"""Any graph in KGX: the door for nodes and edges as TSV, CSV, JSON Lines or JSON, `kg load kgx NODES EDGES`.

Source: files that you name, in KGX (https://github.com/biolink/kgx/blob/master/docs/kgx_format.md, whose sections are
    "Node Record" and "Edge Record") with the categories and predicates of Biolink (https://biolink.github.io/biolink-model)
Licence: as you state it (`--set licence=CC-BY-4.0`)
Yields: what `loaders.formats.kgx` reads.
Skips: as `loaders.formats.kgx`.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source
from loaders.formats import kgx

SOURCE = Source(
    name="kgx",
    title="Any graph in KGX",
    url="",
    licence="as you state it",
    files={
        "nodes": ("*nodes*.tsv", "*nodes*.csv", "*nodes*.jsonl"),
        "edges": ("*edges*.tsv", "*edges*.csv", "*edges*.jsonl"),
        "graph": ("*.json",),
    },
    optional=("nodes", "edges", "graph"),
)


def load(inputs: Inputs) -> Staged:
    return kgx.read(inputs)
