"""Any graph in a Neo4j: the door for a property graph that exists, `kg load neo4j bolt://host:7687 --name N`.

Source: the server that you name, 5.26 or later, with NEO4J_SOURCE_USERNAME and NEO4J_SOURCE_PASSWORD;
    `kgbuild.extract` reads it into KGX JSON Lines (https://github.com/biolink/kgx/blob/master/docs/kgx_format.md)
Licence: as you state it (`--set licence=CC-BY-4.0`)
Yields: what `loaders.formats.kgx` reads: labels are categories, relationship types predicates. `--set id=PROPERTY` says
    which property identifies a node, `--vocabulary X` the prefix of ids without one, `--set label_property=title` which
    property is its name. Parallel relationships stay apart.
Skips: as `loaders.formats.kgx`; nodes without the property that identifies them, and their relationships.
"""

from kgbuild.inputs import Inputs, Staged
from kgbuild.model import Source
from loaders.formats import kgx

SOURCE = Source(
    name="neo4j",
    title="Any graph in a Neo4j",
    url="",
    licence="as you state it",
    files={"nodes": ("nodes.jsonl",), "edges": ("edges.jsonl",)},
    parameters={"id": "id", "label_property": "name"},
)


def load(inputs: Inputs) -> Staged:
    return kgx.read(inputs)
