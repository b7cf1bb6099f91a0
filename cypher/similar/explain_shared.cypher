// The variants, genes, phenotypes and drugs that evidence ties to both of two concepts: how many of each, and the
// strongest. Strong is a variant with the smaller p on its weaker side, and anything else that few concepts share.
// access: READ
// $subjects, $objects: LIST<STRING> (CURIEs under which each one's evidence is filed), $top: INTEGER (examples of each kind)
// returns kind: STRING (type of what is shared), count: INTEGER, examples: LIST<MAP {id: STRING, name: STRING, strength:
//   FLOAT (-log10 p of variants, else null), carriers: INTEGER (concepts tied to it so), sources: LIST<STRING>}>
MATCH (a:Concept|Variant)-[one:ASSOCIATED_WITH|GENE_ASSOCIATED_WITH_CONDITION|HAS_PHENOTYPE|TREATS|TARGETS|MAPPED_TO|PARTICIPATES_IN]-(shared)
WHERE a.id IN $subjects AND (one.negated IS NULL OR NOT one.negated)
  AND NOT shared.id IN $subjects AND NOT shared.id IN $objects
WITH shared, type(one) AS predicate, max(coalesce(one.neg_log10_p, 0.0)) AS strength, collect(DISTINCT one.source) AS sources
MATCH (shared)-[other:ASSOCIATED_WITH|GENE_ASSOCIATED_WITH_CONDITION|HAS_PHENOTYPE|TREATS|TARGETS|MAPPED_TO|PARTICIPATES_IN]-(b:Concept|Variant)
WHERE b.id IN $objects AND (other.negated IS NULL OR NOT other.negated)
WITH shared, strength, sources, max(coalesce(other.neg_log10_p, 0.0)) AS also, collect(DISTINCT other.source) AS others
WITH shared, max(CASE WHEN also < strength THEN also ELSE strength END) AS strength,
     collect(sources) + collect(others) AS parts
WITH shared, strength, COUNT { (shared)--(:Concept) } AS carriers,
     reduce(all = [], part IN parts | all + [source IN part WHERE NOT source IN all]) AS sources
ORDER BY strength DESC, carriers, shared.id
WITH head([label IN labels(shared) WHERE label <> 'Concept']) AS kind,
     collect({id: shared.id, name: shared.name, strength: CASE WHEN shared:Variant THEN strength END, carriers: carriers,
              sources: sources}) AS found
RETURN kind, size(found) AS count, found[..$top] AS examples
ORDER BY kind
