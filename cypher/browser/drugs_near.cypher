// The drugs nearest to a disease or phenotype by their embeddings, as a picture, with what each is asserted to treat or to be
// contraindicated in: an indication of a neighbouring disease is what makes a drug near.
// access: READ
// :param id => 'MONDO:0005148'; :param vocabulary => 'drugbank'; :param top => 10; :param each => 4
// $id: STRING (CURIE), $vocabulary: STRING (of the drugs), $top: INTEGER, $each: INTEGER (indications drawn of a drug)
// returns drug: NODE, near: NODE, score: FLOAT in [0, 1], (1 + cosine) / 2, asserted: PATH (from the drug to a disease, to the given
//   one first; null where there is none)
CYPHER 25
MATCH (near:Concept {id: $id})
MATCH (drug:Concept)
  SEARCH drug IN (VECTOR INDEX concept_embedding FOR near.embedding WHERE drug.vocabulary = $vocabulary LIMIT $top)
  SCORE AS score
OPTIONAL CALL (drug, near) {
  MATCH asserted = (drug)-[says:TREATS|APPLIED_TO_TREAT|CONTRAINDICATED_IN]->(disease:Concept)
  WHERE says.negated IS NULL OR NOT says.negated
  RETURN asserted ORDER BY disease = near DESC, vector.similarity.cosine(disease.embedding, near.embedding) DESC, disease.id
  LIMIT $each
}
RETURN drug, near, score, asserted
ORDER BY score DESC;
