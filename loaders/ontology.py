"""Any ontology: the one door for files that kg has no source for, `kg load ontology FILE --vocabulary X`.

Source: a file that you name, in OBO (1.2, 1.4), OBO Graph JSON, OWL (functional syntax, OWL/XML, RDF/XML), Turtle or
    N-Triples; in these also a SKOS thesaurus. What it is shows in its first lines, whatever its suffix.
Licence: as you state it (`--set licence=CC-BY-4.0`)
Yields: what `loaders.formats.ontology` reads. Terms are of the type that you state (`--set type=Disease`), else of the
    one that their prefix or their branch says. IRIs whose prefix kg does not know get that of `--vocabulary`.
Skips: as `loaders.formats.ontology`.
"""

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import TYPES, Source
from loaders.formats import ontology

_SUFFIXES = ("obo", "json", "owl", "ofn", "owx", "rdf", "xml", "ttl", "nt", "skos")

SOURCE = Source(
    name="ontology",
    title="Any ontology or thesaurus",
    url="",
    licence="as you state it",
    files={"ontology": tuple(f"*.{suffix}" for suffix in _SUFFIXES)},
    member=True,
    parameters={"type": ""},
)

version = ontology.version


def load(inputs: Inputs) -> Staged:
    kind = inputs.parameters["type"]
    if kind and kind not in TYPES:
        raise InputError(f"--set type={kind}: no such type; one of {', '.join(TYPES)}")
    return ontology.read(inputs, every=kind)
