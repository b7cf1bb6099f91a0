// Which Ensembl and Entrez ids are which HGNC gene, by HGNC's own cross-references: one gene is one concept in the pairs.
// access: READ
// returns alias: STRING (CURIE), id: STRING (CURIE of HGNC)
MATCH (gene:Gene {vocabulary: 'hgnc'})-[:XREF]->(alias:Concept)
WHERE gene.obsolete IS NULL AND alias.vocabulary IN ['ensembl', 'NCBIGene']
RETURN alias.id AS alias, gene.id AS id
