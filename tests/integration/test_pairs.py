"""The queries of cypher/pairs on a graph in which every case that they decide occurs once."""

import pytest

from embed.commands import read_pairs
from embed.pairs import cache as pairs
from embed.pairs.cache import TASKS, PairCache
from kgbuild.home import folder
from kgbuild.store import Store

GRAPH = """
CREATE (t2d:Concept:Disease {id: 'MONDO:0005148', name: 'type 2 diabetes mellitus', vocabulary: 'MONDO'}),
  (old:Concept:Disease {id: 'EFO:0001360', name: 'type II diabetes mellitus', vocabulary: 'EFO', obsolete: true}),
  (doid:Concept:Disease {id: 'DOID:9352', name: 'type 2 diabetes', vocabulary: 'DOID'}),
  (phe:Concept:Disease {id: 'phecode:250.2', name: 'Type 2 diabetes', vocabulary: 'phecode'}),
  (diabetes:Concept:Disease {id: 'MONDO:0005015', name: 'diabetes mellitus', vocabulary: 'MONDO'}),
  (asthma:Concept:Disease {id: 'MONDO:0004979', name: 'asthma', vocabulary: 'MONDO'}),
  (stub:Concept {id: 'umls:C1', vocabulary: 'umls', stub: true}),
  (tcf:Concept:Gene {id: 'hgnc:11641', name: 'transcription factor 7 like 2', vocabulary: 'hgnc'}),
  (gck:Concept:Gene {id: 'hgnc:4195', name: 'glucokinase', vocabulary: 'hgnc'}),
  (ens:Concept:Gene {id: 'ensembl:ENSG00000148737', vocabulary: 'ensembl', stub: true}),
  (ncbi:Concept:Gene {id: 'NCBIGene:6934', name: 'TCF7L2', vocabulary: 'NCBIGene'}),
  (rs1:Variant {id: 'dbSNP:rs7903146', chromosome: '10', grch38: 112998590}),
  (rs2:Variant {id: 'dbSNP:rs2'}), (rs3:Variant {id: 'dbSNP:rs3'}), (lonely:Variant {id: 'dbSNP:rs4'}),
  (old)-[:REPLACED_BY]->(t2d),
  (doid)-[:EXACT_MATCH {source: 'mondo', weight: 1.0}]->(t2d),
  (asthma)-[:EXACT_MATCH {source: 'biomappings', weight: 1.0, negated: true}]->(t2d),
  (t2d)-[:SUBCLASS_OF {source: 'mondo', weight: 1.0}]->(diabetes),
  (asthma)-[:RELATED_TO {source: 'primekg', weight: 1.0, negated: true}]->(diabetes),
  (asthma)-[:XREF {source: 'mondo', weight: 1.0}]->(diabetes),
  (t2d)-[:RELATED_TO {source: 'primekg', weight: 1.0}]->(stub),
  (ens)-[:GENE_ASSOCIATED_WITH_CONDITION {source: 'primekg', weight: 0.5}]->(old),
  (tcf)-[:XREF]->(ens), (tcf)-[:XREF]->(ncbi),
  (rs1)-[:MAPPED_TO]->(ens),
  (rs1)-[:ASSOCIATED_WITH {source: 'gwas_catalog', weight: 1.5, effect: 1.4, effect_kind: 'odds_ratio', n_traits: 1,
    publications: 'PMID:1'}]->(old),
  (rs2)-[:ASSOCIATED_WITH {source: 'pgrm', weight: 1.0}]->(phe),
  (rs1)-[:AFFECTS_EXPRESSION_OF {id: 'a', source: 'gtex', weight: 1.0, neg_log10_p: 9.0}]->(ens),
  (rs1)-[:AFFECTS_EXPRESSION_OF {id: 'b', source: 'gtex', weight: 0.7, neg_log10_p: 12.0}]->(ens),
  (rs2)-[:AFFECTS_EXPRESSION_OF {id: 'c', source: 'gtex', weight: 1.0, neg_log10_p: 10.0}]->(ens),
  (rs3)-[:AFFECTS_EXPRESSION_OF {id: 'd', source: 'gtex', weight: 1.0, neg_log10_p: 8.0}]->(ens)
WITH *
UNWIND [[t2d, 'type 2 diabetes mellitus', 'LABEL'], [t2d, 'T2DM', 'EXACT'], [t2d, 't2dm', 'EXACT'],
  [t2d, 'NIDDM', 'RELATED'], [phe, 'Type 2 diabetes', 'LABEL'], [doid, 'type 2 diabetes', 'LABEL'],
  [old, 'type II diabetes mellitus', 'LABEL'],
  [old, 'T2D old', 'EXACT'], [asthma, 'asthma', 'LABEL'], [diabetes, 'diabetes mellitus', 'LABEL'],
  [tcf, 'transcription factor 7 like 2', 'LABEL'], [tcf, 'TCF7L2', 'SYMBOL'], [tcf, 'TCF4', 'SYMBOL'],
  [ncbi, 'TCF7L2', 'LABEL'], [gck, 'TCF4', 'SYMBOL'], [gck, 'asthma', 'SYMBOL']] AS name
MERGE (n:Name {key: toLower(name[1])})
CREATE (c)-[:HAS_NAME {text: name[1], scope: name[2], language: 'en', source: 'x'}]->(n)
"""


@pytest.fixture
def cache(empty_store: Store) -> PairCache:
    # a variable cannot be unwound out of a list and created from in one clause
    empty_store.query(GRAPH.replace("CREATE (c)-[:HAS_NAME", "WITH n, name, name[0] AS c\nCREATE (c)-[:HAS_NAME"))
    return pairs.read(empty_store, "digest", eqtl_per_gene=2)


def texts(cache: PairCache, task: str) -> set[tuple[str, str]]:
    strings, ids = cache.strings.to_pylist(), cache.variants["id"].to_pylist()
    return {
        (strings[row["head_text"]], strings[row["tail_text"]] if row["tail_text"] >= 0 else ids[row["tail"]])
        for row in cache.pairs.to_pylist()
        if row["task"] == TASKS.index(task)
    }


def test_synonyms_are_labels_and_exact_names_of_live_concepts_and_symbols_of_one_gene(cache):
    assert texts(cache, "synonym") == {
        ("type 2 diabetes mellitus", "T2DM"),
        ("type 2 diabetes", "type 2 diabetes mellitus"),
        ("transcription factor 7 like 2", "TCF7L2"),
    }


def test_relations_follow_replacements_and_take_a_genes_text_from_hgnc(cache):
    assert texts(cache, "relation") == {
        ("type 2 diabetes mellitus", "diabetes mellitus"),
        ("transcription factor 7 like 2", "type 2 diabetes mellitus"),
    }


def test_associations_follow_replacements_and_keep_biobanks_apart(cache):
    assert texts(cache, "gwas") == {("type 2 diabetes mellitus", "dbSNP:rs7903146")}
    assert texts(cache, "biobank") == {("Type 2 diabetes", "dbSNP:rs2")}
    (row,) = (row for row in cache.pairs.to_pylist() if row["task"] == TASKS.index("gwas"))
    assert (row["effect"], row["effect_kind"], row["publications"]) == (pytest.approx(1.4), 0, "PMID:1")


def test_eqtls_are_the_strongest_variants_of_a_gene_each_once(cache):
    name = "transcription factor 7 like 2"

    assert texts(cache, "eqtl") == {(name, "dbSNP:rs7903146"), (name, "dbSNP:rs2")}


def test_a_gene_under_any_id_is_one_concept_and_variants_know_their_genes(cache):
    ids = cache.concepts["id"].to_pylist()
    variants = {row["id"]: row for row in cache.variants.to_pylist()}

    assert "NCBIGene:6934" not in ids
    assert [ids[gene] for gene in variants["dbSNP:rs7903146"]["genes"]] == ["hgnc:11641"]
    assert "dbSNP:rs4" not in variants


def test_a_trait_group_joins_matches_replacements_and_shared_names(cache):
    group = dict(zip(cache.concepts["id"].to_pylist(), cache.concepts["group"].to_pylist(), strict=True))

    assert group["MONDO:0005148"] == group["DOID:9352"] == group["phecode:250.2"]
    assert len({group[id] for id in ("MONDO:0005148", "MONDO:0005015", "MONDO:0004979", "hgnc:11641")}) == 4


def test_a_saved_cache_is_read_back_equal(cache, tmp_path):
    cache.save(tmp_path / "pairs")
    again = PairCache.load(tmp_path / "pairs")

    assert again.strings.equals(cache.strings)
    assert again.concepts.equals(cache.concepts)
    assert again.variants.equals(cache.variants)
    assert again.pairs.to_pylist() == cache.pairs.to_pylist()
    assert again.manifest == cache.manifest
    assert (again.names, again.definitions, again.denied) == (cache.names, cache.definitions, cache.denied)


def test_what_a_curator_denied_is_kept_apart_from_the_pairs(cache):
    ids = cache.concepts["id"].to_pylist()

    assert [(ids[row["head"]], ids[row["tail"]]) for row in cache.denied.to_pylist()] == [
        ("MONDO:0004979", "MONDO:0005148")
    ]
    assert len(cache.manifest["queries"]["relations"]) == 64


def test_pairs_that_an_older_kg_kept_are_read_again(empty_store):
    empty_store.query("CREATE (:Meta {name: 'kg', graph_id: 'old'}), (:Concept:Disease {id: 'MONDO:1', name: 'gout'})")
    kept = folder("pairs") / "old"
    kept.mkdir(exist_ok=True)
    (kept / "manifest.json").write_text('{"queries": {}}')

    assert read_pairs(empty_store).concepts["id"].to_pylist() == ["MONDO:1"]
