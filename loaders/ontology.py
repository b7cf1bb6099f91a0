"""Any ontology: the one door for files that kg has no source for, `kg load ontology FILE --vocabulary X`.

Source: a file that you name, in OBO (1.2, 1.4)
Licence: as you state it (`--set licence=CC-BY-4.0`)
Yields: what `loaders.formats.obo` reads. Terms are of the type that you state (`--set type=Disease`), else of the one
    that their prefix or their branch says.
Skips: as `loaders.formats.obo`.
"""

from kgbuild.errors import InputError
from kgbuild.inputs import Inputs, Staged
from kgbuild.model import TYPES, Source
from loaders.formats import obo

SOURCE = Source(
    name="ontology",
    title="Any ontology in OBO",
    url="",
    licence="as you state it",
    files={"ontology": ("*.obo",)},
    member=True,
    parameters={"type": ""},
)

version = obo.version


def load(inputs: Inputs) -> Staged:
    kind = inputs.parameters["type"]
    if kind and kind not in TYPES:
        raise InputError(f"--set type={kind}: no such type; one of {', '.join(TYPES)}")
    return obo.read(inputs, every=kind)
