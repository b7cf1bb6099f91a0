// Variants between two diseases, as a picture: those associated with both, then those associated with one and near the
// other, then those near both by their embeddings.
// access: READ
// :param one => 'EFO:0000384'; :param other => 'EFO:0000729'; :param top => 12; :param fetch => 200
// $one, $other: STRING (CURIEs of diseases or phenotypes), $top: INTEGER, $fetch: INTEGER (nearest of each that are looked at)
// returns v: NODE, one: NODE, other: NODE, to_one, to_other: PATH (an association, through the ids that the disease replaces; null
//   where there is none), score: FLOAT in [0, 1] (the lesser (1 + cosine) / 2; an association counts as 1)
CYPHER 25
MATCH (one:Concept {id: $one})
MATCH (other:Concept {id: $other})
CALL (one, other) {
  UNWIND [one, other] AS disease
  MATCH (disease)<-[:REPLACED_BY]-{0,3}(:Concept)<-[:ASSOCIATED_WITH]-(v:Variant)
  RETURN DISTINCT v, disease AS known
  UNION
  MATCH (v:Variant) SEARCH v IN (VECTOR INDEX variant_embedding FOR one.embedding LIMIT $fetch)
  RETURN v, null AS known
  UNION
  MATCH (v:Variant) SEARCH v IN (VECTOR INDEX variant_embedding FOR other.embedding LIMIT $fetch)
  RETURN v, null AS known
}
WITH one, other, v, collect(known) AS known
WITH one, other, v,
     CASE WHEN one IN known THEN 1.0 ELSE coalesce(vector.similarity.cosine(v.embedding, one.embedding), 0.0) END AS near_one,
     CASE WHEN other IN known THEN 1.0 ELSE coalesce(vector.similarity.cosine(v.embedding, other.embedding), 0.0) END AS near_other
WITH one, other, v, CASE WHEN near_one < near_other THEN near_one ELSE near_other END AS score
ORDER BY score DESC, v.id LIMIT $top
OPTIONAL MATCH to_one = ANY SHORTEST (v)-[:ASSOCIATED_WITH]->(:Concept)-[:REPLACED_BY]->{0,3}(one)
OPTIONAL MATCH to_other = ANY SHORTEST (v)-[:ASSOCIATED_WITH]->(:Concept)-[:REPLACED_BY]->{0,3}(other)
RETURN v, one, other, to_one, to_other, score
ORDER BY score DESC;
