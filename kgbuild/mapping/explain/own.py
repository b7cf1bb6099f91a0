"""A concept of a list of one's own as an end: only its names are known of it, and its codes lead to the graph."""

from kgbuild.mapping.explain.ends import End, read_ends
from kgbuild.mapping.explain.explanation import Path
from kgbuild.mapping.explain.paths import read_paths
from kgbuild.mapping.lists import OwnList
from kgbuild.store import Store


def of_list(own: OwnList, concept: str) -> End:
    """A concept of a list."""
    at = own.terms.index[concept]
    keys = own.terms.names[at]
    names = [
        {"key": key, "text": key, "scope": "EXACT" if i else "LABEL", "language": "en", "sources": [own.scope.name]}
        for i, key in enumerate(keys)
    ]
    vector = own.encode(keys[:1])[0]
    return End(concept, own.terms.labels[at], None, None, False, None, None, None, (), names, vector=vector)


def paths_of_codes(store: Store, own: OwnList, one: End, object_: str, most: int) -> list[Path]:
    """Ways by the ICD codes that the list says the concept has, in either edition."""
    codes = [edition for code in own.groups.get(one.id, ()) for edition in (code, code.replace(":", "cm:", 1))]
    found = [
        Path(((one.id, one.name), *way.nodes), [("GROUPS", [own.scope.name], True), *way.edges], way.alike)
        for code in sorted(read_ends(store, codes))
        for way in read_paths(store, code, object_, most)[:1]
    ]
    return sorted(found, key=lambda way: len(way.edges))[:most]
