// A page of the concepts that can be an end of a pair: live ones that have a text, and the ids that stand for one. An
// obsolete concept stands for its replacement; an Ensembl or Entrez id is the HGNC gene whose cross-reference it is,
// and has its name where it has none of its own, an Ensembl id always.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), node: STRING (CURIE, the replacement's where it is obsolete), gene: STRING (CURIE of HGNC, null where it
//   is none), text: STRING, type: STRING (label beside Concept, null where unknown), definition: STRING (of a live
//   concept)
MATCH (c:Concept)
WHERE c.id > $after AND (c.name IS NOT NULL OR c.obsolete IS NOT NULL OR c.vocabulary IN ['ensembl', 'NCBIGene'])
WITH c ORDER BY c.id LIMIT $page
WITH c,
     CASE WHEN c.obsolete IS NULL THEN c
          ELSE head([(c)-[:REPLACED_BY*1..5]->(live:Concept) WHERE live.obsolete IS NULL | live]) END AS node
WITH c, node,
     CASE WHEN node.vocabulary IN ['ensembl', 'NCBIGene']
          THEN head([(gene:Gene {vocabulary: 'hgnc'})-[:XREF]->(node) WHERE gene.obsolete IS NULL | gene]) END AS gene
WITH c, node, gene,
     CASE WHEN node.vocabulary = 'ensembl' THEN coalesce(gene.name, node.name) ELSE coalesce(node.name, gene.name) END
       AS text
RETURN max(c.id) AS after,
       collect(CASE WHEN text IS NOT NULL THEN
         [c.id, node.id, gene.id, text, head([label IN labels(node) WHERE label <> 'Concept']),
          CASE WHEN c.obsolete IS NULL THEN c.definition END] END) AS rows
