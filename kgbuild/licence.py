"""What a source's licence allows, by its SPDX identifier (https://spdx.org/licenses)."""

from collections.abc import Iterable
from typing import Literal

from kgbuild.model import Source

Terms = Literal["open", "share-alike", "restricted"]

#: What `--licence` may say → the terms that a graph may then stand under.
ALLOWED: dict[str, tuple[Terms, ...]] = {
    "all": ("open", "share-alike", "restricted"),
    "share-alike": ("open", "share-alike"),
    "open": ("open",),
}

#: Use, change and redistribution, at most with attribution.
OPEN = {
    "CC0-1.0", "CC-PDDC", "PDDL-1.0", "CC-BY-3.0", "CC-BY-4.0", "ODC-By-1.0", "MIT", "Apache-2.0", "BSD-2-Clause",
    "BSD-3-Clause", "OGL-UK-3.0", "LicenseRef-US-government-work",
    "LicenseRef-NLM-MeSH",  # name the source and its version, say what was changed
}  # fmt: skip

#: What is made from it must go out under the same terms.
SHARE_ALIKE = {
    "CC-BY-SA-3.0", "CC-BY-SA-4.0", "ODbL-1.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later",
}  # fmt: skip


def terms(licence: str) -> Terms:
    """`open`, `share-alike`, or `restricted`: whatever is not known to be one of the others.

    >>> terms("CC0-1.0"), terms("ODbL-1.0"), terms("https://hpo.jax.org/license")
    ('open', 'share-alike', 'restricted')
    """
    return "open" if licence in OPEN else "share-alike" if licence in SHARE_ALIKE else "restricted"


def notice(sources: Iterable[Source]) -> list[str]:
    """What who passes on something made from these sources has to mind: a sentence for each kind of terms there is."""
    advice: dict[Terms, str] = {
        "share-alike": "Share-alike: what is made from these and passed on stands under their licence",
        "restricted": "Restricted, or not stated: read their terms before you pass on what is made from these",
    }
    named = [(terms(source.licence), f"{source.name} ({source.licence})") for source in sources]
    found = {kind: ", ".join(name for its, name in named if its == kind) for kind in advice}
    return [f"{advice[kind]}: {names}" for kind, names in found.items() if names]
