"""GO, Uberon, ChEBI, CL, ORDO, NCIT, GARD, WikiPathways and PathBank, on rows in their own formats."""

from collections.abc import Callable
from typing import Any

from loaders import chebi, cl, gard, go, ncit, ordo, pathbank, uberon, wikipathways

Stage = Callable[..., Any]


def types(tables: Any) -> dict[str, str | None]:
    return {node["id"]: node.get("type") for node in tables.nodes}


def test_go_terms_have_the_type_of_their_branch_and_signed_regulation(staged: Stage) -> None:
    tables = staged(go, "go")

    assert types(tables)["GO:0006954"] == "BiologicalProcess"
    assert types(tables)["GO:0004096"] == "MolecularFunction"
    assert types(tables)["GO:0005777"] == "CellularComponent"
    assert tables.names_of("GO:0006954") == {("inflammatory response", "LABEL", "en"), ("inflammation", "BROAD", "en")}
    (regulation,) = [edge for edge in tables.edges if edge["predicate"] == "REGULATES"]
    assert (regulation["subject"], regulation["object"]) == ("GO:0050728", "GO:0006954")
    assert regulation["qualifier"] == "negatively_regulates"
    assert {
        ("GO:0004096", "PART_OF", "GO:0006954"),
        ("GO:0004096", "XREF", "reactome:R-HSA-76031"),
        ("GO:0006955", "REPLACED_BY", "GO:0006954"),
    } <= tables.triples()


def test_uberon_terms_load_whatever_addresses_they_cite(staged: Stage) -> None:
    tables = staged(uberon, "uberon")

    assert tables.rejects == []
    assert set(types(tables).values()) == {"Anatomy"}
    assert ("embryo genitus", "RELATED", "la") in tables.names_of("UBERON:0000922")
    assert tables.triples() == {
        ("UBERON:0000922", "SUBCLASS_OF", "UBERON:0000468"),
        ("UBERON:0000922", "PART_OF", "UBERON:0000104"),
        ("UBERON:0000922", "DEVELOPS_FROM", "UBERON:0000112"),
        ("UBERON:0000922", "XREF", "BTO:0000379"),
        ("UBERON:0000922", "DISJOINT_WITH", "UBERON:0000113"),
        ("UBERON:0002199", "REPLACED_BY", "UBERON:0000922"),
    }


def test_chebi_drugs_are_chemicals_with_roles_and_relatives(staged: Stage) -> None:
    tables = staged(chebi, "chebi")

    assert set(types(tables).values()) == {"Chemical"}
    assert {
        (e["predicate"], e["object"], e.get("qualifier")) for e in tables.edges if e["subject"] == "CHEBI:15365"
    } == {
        ("SUBCLASS_OF", "CHEBI:24431", None),
        ("HAS_CHEMICAL_ROLE", "CHEBI:35475", None),
        ("CHEMICALLY_SIMILAR_TO", "CHEBI:16914", "has_functional_parent"),
        ("CHEMICALLY_SIMILAR_TO", "CHEBI:13719", "is_conjugate_acid_of"),
    }
    assert tables.manifest.version == "999"


def test_cl_terms_are_cells_with_what_they_do_and_come_from(staged: Stage) -> None:
    tables = staged(cl, "cl")

    assert types(tables) == {"CL:0000084": "Cell", "CL:0000542": "Cell"}
    assert {
        ("CL:0000084", "CAPABLE_OF", "GO:0002456"),
        ("CL:0000084", "DEVELOPS_FROM", "CL:0000827"),
    } <= tables.triples()


def test_ordo_mappings_are_as_strong_as_orphanet_says(staged: Stage) -> None:
    tables = staged(ordo, "ordo")

    mappings = [e for e in tables.edges if e["object"].partition(":")[0] in ("omim", "icd10", "umls", "mesh", "gard")]
    assert {(e["predicate"], e["object"], e.get("negated")) for e in mappings} == {
        ("EXACT_MATCH", "omim:310200", None),
        ("BROAD_MATCH", "icd10:G71.0", None),
        ("NARROW_MATCH", "umls:C0013264", None),
        ("EXACT_MATCH", "mesh:D020388", True),
        ("XREF", "gard:6291", None),
    }
    assert any("Inclusion term" in edge["qualifier"] for edge in mappings)


def test_ordo_tells_diseases_from_genes_and_ties_them(staged: Stage) -> None:
    tables = staged(ordo, "ordo")

    assert types(tables)["ORPHA:98896"] == "Disease"
    assert types(tables)["ORPHA:120388"] == "Gene"
    assert types(tables)["ORPHA:409966"] is None
    assert tables.names_of("ORPHA:98896") == {("Duchenne muscular dystrophy", "LABEL", "en"), ("DMD", "EXACT", "en")}
    assert tables.node("ORPHA:98896")["definition"] == "A neuromuscular disease."
    assert {
        ("ORPHA:98896", "SUBCLASS_OF", "ORPHA:557493"),
        ("ORPHA:98896", "PART_OF", "ORPHA:98895"),
        ("ORPHA:120388", "GENE_ASSOCIATED_WITH_CONDITION", "ORPHA:98896"),
        ("ORPHA:120388", "XREF", "hgnc:2928"),
        ("ORPHA:999", "REPLACED_BY", "ORPHA:98896"),
    } <= tables.triples()
    (gene,) = [edge for edge in tables.edges if edge["predicate"] == "GENE_ASSOCIATED_WITH_CONDITION"]
    assert gene["qualifier"] == "disease-causing germline mutation(s) in"
    assert tables.node("ORPHA:999")["obsolete"]
    assert tables.manifest.version == "4.9"


def test_ncit_concepts_have_their_preferred_name_parents_and_semantic_type(staged: Stage) -> None:
    tables = staged(ncit, "ncit")

    assert types(tables) == {
        "NCIT:C7057": "Disease",
        "NCIT:C3262": "Disease",
        "NCIT:C287": "Drug",
        "NCIT:C99999": "Disease",
    }
    assert tables.names_of("NCIT:C3262") == {
        ("Neoplasm", "LABEL", "en"),
        ("NEOPLASM", "EXACT", "en"),
        ("Tumor", "EXACT", "en"),
        ('tumor "growth"', "EXACT", "en"),
    }
    assert tables.triples() == {
        ("NCIT:C3262", "SUBCLASS_OF", "NCIT:C7057"),
        ("NCIT:C287", "SUBCLASS_OF", "NCIT:C1909"),
        ("NCIT:C287", "SUBCLASS_OF", "NCIT:C2145"),
        ("NCIT:C99999", "SUBCLASS_OF", "NCIT:C3262"),
    }
    assert tables.node("NCIT:C99999")["obsolete"]
    assert [(r["row"], r["key"], r["reason"]) for r in tables.rejects] == [(5, "code", "code is no C with a number")]


def test_gard_diseases_have_names_with_their_commas(staged: Stage) -> None:
    tables = staged(gard, "gard")

    assert tables.names_of("gard:10000") == {
        ("Spinocerebellar ataxia, autosomal recessive, with axonal neuropathy 1", "LABEL", "en"),
        ("scan1", "RELATED", "en"),
        ("defective cl^-^/hco^-^>3< exchange", "RELATED", "en"),
    }
    assert types(tables) == {"gard:10000": "Disease"}
    assert [reject["reason"] for reject in tables.rejects] == ["id uncategorized is not a CURIE"]


def test_wikipathways_participants_places_and_diseases_are_kept(staged: Stage) -> None:
    tables = staged(wikipathways, "wikipathways")

    assert set(types(tables).values()) == {"Pathway"}
    assert tables.triples() == {
        ("wikipathways:WP100", "HAS_PARTICIPANT", "NCBIGene:2539"),
        ("wikipathways:WP100", "HAS_PARTICIPANT", "NCBIGene:2678"),
        ("wikipathways:WP100", "LOCATED_IN", "CL:0000182"),
        ("wikipathways:WP100", "CONTRIBUTES_TO", "DOID:2862"),
        ("wikipathways:WP100", "IN_TAXON", "NCBITaxon:9606"),
        ("wikipathways:WP100", "SUBCLASS_OF", "PW:0000134"),
        ("PW:0000134", "SUBCLASS_OF", "PW:0000001"),
    }
    assert tables.manifest.outcomes == {"staged": 3, "merged": 1, "rejected": 0}


def test_pathbank_pathways_have_metabolites_and_proteins(staged: Stage) -> None:
    tables = staged(pathbank, "pathbank")

    assert types(tables) == {"pathbank:PW000001": "Pathway", "pathbank:PW000002": "Pathway"}
    assert tables.triples() == {
        ("pathbank:PW000001", "HAS_PARTICIPANT", "CHEBI:15422"),
        ("pathbank:PW000001", "HAS_PARTICIPANT", "uniprot:P21549"),
        ("pathbank:PW000001", "EXACT_MATCH", "smpdb:SMP0000055"),
        ("pathbank:PW000002", "HAS_PARTICIPANT", "CHEBI:15422"),
        ("pathbank:PW000002", "EXACT_MATCH", "smpdb:SMP0000067"),
    }
