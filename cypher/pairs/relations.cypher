// Evidence between a page of concepts and others that is not negated: hierarchy, relations, and mappings weaker than
// exact. What a source infers (CTD's associations by way of a gene or chemical) is left out, and so are concepts that
// cannot have a text.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), evidence: LIST<LIST> of source: STRING, predicate: STRING, ids: LIST<STRING> (CURIEs), weights:
//   LIST<FLOAT> in (0, 2]
MATCH (a:Concept)
WHERE a.id > $after AND (a.name IS NOT NULL OR a.obsolete IS NOT NULL OR a.vocabulary IN ['ensembl', 'NCBIGene'])
WITH a ORDER BY a.id LIMIT $page
WITH a.id AS id,
     COLLECT {
       MATCH (a)-[e]->(b:Concept)
       WHERE NOT type(e) IN ['EXACT_MATCH', 'XREF', 'REPLACED_BY', 'SIMILAR_TO', 'DISJOINT_WITH']
         AND (e.negated IS NULL OR NOT e.negated)
         AND NOT (type(e) = 'RELATED_TO' AND coalesce(e.qualifier, '') = 'inferred')
         AND (b.name IS NOT NULL OR b.obsolete IS NOT NULL OR b.vocabulary IN ['ensembl', 'NCBIGene'])
       WITH e.source AS source, type(e) AS predicate, collect(b.id) AS ids, collect(coalesce(e.weight, 1.0)) AS weights
       RETURN [source, predicate, ids, weights]
     } AS evidence
RETURN max(id) AS after, collect(CASE WHEN size(evidence) > 0 THEN [id, evidence] END) AS rows
