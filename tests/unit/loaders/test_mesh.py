"""MeSH from XML and from RDF, in the same rows: two concepts a heading, stars, subheadings, triples in no order."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgbuild.errors import InputError
from loaders import mesh

FORMATS = pytest.mark.parametrize("folder", ["mesh", "mesh_rdf"])


@FORMATS
def test_terms_have_the_scope_of_their_concept_and_records_their_scope_note(
    staged: Callable[..., Any], folder: str
) -> None:
    tables = staged(mesh, folder)

    assert tables.names_of("mesh:D003924") == {
        ("Diabetes Mellitus, Type 2", "LABEL", "en"),
        ("Diabetes Mellitus, Type 2", "EXACT", "en"),
        ("NIDDM", "EXACT", "en"),
        ("Type 2 Diabetes", "EXACT", "en"),
        ("Diabetes, Type 2", "EXACT", "en"),  # permuted
        ("Maturity-Onset Diabetes Mellitus", "NARROW", "en"),
        ("Insulin Resistance Disorder", "BROAD", "en"),
    }
    definition = "A heterogeneous group of disorders characterized by HYPERGLYCEMIA."
    assert tables.node("mesh:D003920")["definition"] == definition
    assert "definition" not in tables.node("mesh:D003924")


@FORMATS
def test_records_are_typed_by_branch_or_class(staged: Callable[..., Any], folder: str) -> None:
    types = {node["id"]: node.get("type") for node in staged(mesh, folder).nodes if not node["obsolete"]}

    assert types == {
        "mesh:D003920": "Disease",
        "mesh:D003924": "Disease",
        "mesh:D008687": "Chemical",
        "mesh:D014839": "Phenotype",  # C23.888 before C
        "mesh:D005060": None,
        "mesh:C535538": "Disease",
    }


@FORMATS
def test_the_tree_the_actions_and_the_headings_mapped_to_are_edges(staged: Callable[..., Any], folder: str) -> None:
    edges = staged(mesh, folder).edges

    assert {(e["subject"], e["predicate"], e["object"], e.get("qualifier"), e.get("context")) for e in edges} == {
        ("mesh:D003924", "SUBCLASS_OF", "mesh:D003920", None, None),
        ("mesh:D003924", "RELATED_TO", "mesh:D008687", "seeAlso", None),
        ("mesh:D008687", "HAS_CHEMICAL_ROLE", "mesh:D007004", None, None),
        ("mesh:D008687", "XREF", "unii:9100L32L2N", None, None),
        ("mesh:C535538", "RELATED_TO", "mesh:D003920", "preferredMappedTo", None),
        ("mesh:C535538", "RELATED_TO", "mesh:D008687", "preferredMappedTo", "mesh:Q000031"),
        ("mesh:C535538", "RELATED_TO", "mesh:D014839", "mappedTo", None),
    }


def test_xml_and_rdf_give_the_same_concepts_names_and_edges(staged: Callable[..., Any]) -> None:
    xml, rdf = staged(mesh, "mesh"), staged(mesh, "mesh_rdf")

    def content(rows: list[dict[str, Any]]) -> set[frozenset[tuple[str, Any]]]:
        return {frozenset((k, v) for k, v in row.items() if k not in ("file", "row")) for row in rows}

    only_in_rdf = [node for node in rdf.nodes if node["obsolete"]]
    assert [node["name"] for node in only_in_rdf] == ["Abandoned Heading"]  # inactive records are not in the XML
    assert content(xml.nodes) == content([node for node in rdf.nodes if not node["obsolete"]])
    assert content(xml.names) == content([name for name in rdf.names if name["id"] != "mesh:D000009"])
    assert content(xml.edges) == content(rdf.edges)


@FORMATS
def test_a_record_without_a_name_is_rejected(staged: Callable[..., Any], folder: str) -> None:
    tables = staged(mesh, folder)

    assert [(reject["key"], reject["reason"]) for reject in tables.rejects] == [("C000001", "no identifier or no name")]
    assert tables.manifest.version == "2026"
    assert tables.manifest.outcomes == {"staged": 6 + (folder == "mesh_rdf"), "merged": 0, "rejected": 1}


def test_a_file_that_is_no_n_triples_or_cut_off_is_one_clear_error(staged: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "mesh.nt"
    path.write_text("<http://id.nlm.nih.gov/mesh/D1> no triple\n")
    with pytest.raises(InputError, match=r"mesh\.nt: .*expected N-Triples"):
        staged(mesh, tmp_path)

    path.unlink()
    triple = b'<http://id.nlm.nih.gov/mesh/D1> <http://www.w3.org/2000/01/rdf-schema#label> "One"@en .\n'
    (tmp_path / "mesh.nt.gz").write_bytes(gzip.compress(triple * 9999)[:-20])
    with pytest.raises(InputError, match=r"mesh\.nt\.gz: .*complete"):
        staged(mesh, tmp_path)
