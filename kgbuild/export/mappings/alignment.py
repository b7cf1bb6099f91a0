"""The Alignment format, as the Ontology Alignment Evaluation Initiative's tools read and write it.

Source: https://moex.gitlabpages.inria.fr/alignapi/format.html (RDF/XML, level 0)

`=` is a matcher's claim there, as sure as `<measure>` says (the confidence; 1 where a curator signed; else the
similarity), so exact and close links both have it: readers know no closer one. What may be said of a link is beside
it, in `<kg:predicate>`. `<` is a broad link (the subject is the narrower), `>` a narrow one. The format cannot say
that two terms are not the same (`%` says that they are disjoint), so refused links are left out.
"""

from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from kgbuild.export.mappings.links import Link, MappingSet
from kgbuild.export.mappings.provenance import Vocabulary
from kgbuild.files import open_text

_RELATIONS = {"exact": "=", "close": "=", "broad": "<", "narrow": ">"}
_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns="http://knowledgeweb.semanticweb.org/heterogeneity/alignment#"
         xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:xsd="http://www.w3.org/2001/XMLSchema#"
         xmlns:dcterms="http://purl.org/dc/terms/"
         xmlns:kg="urn:kg:">
"""


def says(link: Link) -> bool:
    """Whether the format can say it."""
    return link.relation in _RELATIONS


def write(mapping: MappingSet, out: Path) -> None:
    """Write an alignment."""
    about = mapping.about
    with open_text(out) as file:
        file.write(f"{_HEAD}<Alignment rdf:about={quoteattr(about.identifier)}>\n")
        file.write(f"  <xml>yes</xml>\n  <level>0</level>\n  <type>{_arity(mapping)}</type>\n")
        file.write(f"  <method>{escape(about.tool)} {escape(about.tool_version)}</method>\n")
        file.write(f"  <dcterms:title>{escape(about.title)}</dcterms:title>\n")
        file.write(f"  <dcterms:rights>{escape(about.rights)}</dcterms:rights>\n")
        file.writelines(f"  <kg:{key}>{escape(value)}</kg:{key}>\n" for key, value in about.stated().items())
        _ontology(file, 1, about.subject)
        _ontology(file, 2, about.object)
        file.writelines(_cell(mapping, link) for link in mapping.links)
        file.write("</Alignment>\n</rdf:RDF>\n")


def _arity(mapping: MappingSet) -> str:
    """`?` where no term of a side is in two links, else `*`; whether all terms are in one is not known."""
    subjects, objects = ([getattr(link, end) for link in mapping.links] for end in ("subject", "object"))
    return "".join("?" if len(set(ends)) == len(ends) else "*" for ends in (subjects, objects))


def _ontology(file: IO[str], number: int, vocabulary: Vocabulary) -> None:
    address = escape(vocabulary.iri)
    file.write(f"  <onto{number}>{address}</onto{number}>\n  <uri{number}>{address}</uri{number}>\n")


def _cell(mapping: MappingSet, link: Link) -> str:
    said = f"\n    <dcterms:description>{escape(link.sentence)}</dcterms:description>"
    return f"""  <map><Cell>
    <entity1 rdf:resource={quoteattr(mapping.iri(link.subject))}/>
    <entity2 rdf:resource={quoteattr(mapping.iri(link.object))}/>
    <measure rdf:datatype="http://www.w3.org/2001/XMLSchema#float">{link.strength:.4f}</measure>
    <relation>{escape(_RELATIONS[link.relation or ""])}</relation>
    <kg:predicate rdf:resource={quoteattr(mapping.iri(link.predicate))}/>{said}
  </Cell></map>
"""
