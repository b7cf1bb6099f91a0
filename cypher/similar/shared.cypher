// The variants, genes and phenotypes of the concepts of a vocabulary or release; variants also of ids that a concept replaces.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), variants, genes, phenotypes: LIST<STRING> (CURIEs)
MATCH (concept:Concept)
WHERE concept[$property] = $value AND concept.obsolete IS NULL
WITH concept,
  COLLECT {
    MATCH (concept)<-[:REPLACED_BY*0..5]-(filed:Concept)<-[association:ASSOCIATED_WITH]-(variant:Variant)
    WHERE association.negated IS NULL OR NOT association.negated
    RETURN DISTINCT variant.id
  } AS variants,
  COLLECT {
    MATCH (concept)-[link:GENE_ASSOCIATED_WITH_CONDITION]-(gene:Gene)
    WHERE link.negated IS NULL OR NOT link.negated
    RETURN DISTINCT gene.id
  } AS genes,
  COLLECT {
    MATCH (concept)-[link:HAS_PHENOTYPE]->(phenotype:Concept)
    WHERE link.negated IS NULL OR NOT link.negated
    RETURN DISTINCT phenotype.id
  } AS phenotypes
WHERE size(variants) + size(genes) + size(phenotypes) > 0
RETURN concept.id AS id, variants, genes, phenotypes
ORDER BY id
