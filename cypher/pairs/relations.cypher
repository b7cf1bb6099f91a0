// Evidence between two live concepts that is not negated: hierarchy, relations, and mappings weaker than exact. Obsolete
// ends are followed to their replacement; a gene known by its Ensembl or Entrez id only has the name of its HGNC entry.
// What a source infers (CTD's associations by way of a gene or chemical) is left out.
// access: READ
// returns head: STRING (CURIE), head_text: STRING, tail: STRING (CURIE), tail_text: STRING, weight: FLOAT in (0, 2],
//   predicate: STRING, source: STRING
MATCH (a:Concept)-[e]->(b:Concept)
WHERE NOT type(e) IN ['EXACT_MATCH', 'XREF', 'REPLACED_BY', 'SIMILAR_TO', 'DISJOINT_WITH']
  AND (e.negated IS NULL OR NOT e.negated)
  AND NOT (type(e) = 'RELATED_TO' AND coalesce(e.qualifier, '') = 'inferred')
WITH e,
     CASE WHEN a.obsolete IS NULL THEN a
          ELSE head([(a)-[:REPLACED_BY*1..5]->(live:Concept) WHERE live.obsolete IS NULL | live]) END AS a,
     CASE WHEN b.obsolete IS NULL THEN b
          ELSE head([(b)-[:REPLACED_BY*1..5]->(live:Concept) WHERE live.obsolete IS NULL | live]) END AS b
WHERE a <> b
WITH e, a, b,
     CASE WHEN a.name IS NOT NULL AND a.vocabulary <> 'ensembl' THEN a.name
          ELSE coalesce(head([(gene:Gene)-[:XREF]->(a) WHERE gene.vocabulary = 'hgnc' | gene.name]), a.name) END
       AS head_text,
     CASE WHEN b.name IS NOT NULL AND b.vocabulary <> 'ensembl' THEN b.name
          ELSE coalesce(head([(gene:Gene)-[:XREF]->(b) WHERE gene.vocabulary = 'hgnc' | gene.name]), b.name) END
       AS tail_text
WHERE head_text IS NOT NULL AND tail_text IS NOT NULL
RETURN a.id AS head, head_text, b.id AS tail, tail_text, e.weight AS weight, type(e) AS predicate, e.source AS source
