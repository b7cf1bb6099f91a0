// Drugs nearest to a disease or phenotype by their embeddings and those asserted to treat it, as a picture, with what each is
// asserted to treat or to be contraindicated in: an indication of a neighbouring disease can be what makes a drug near.
// access: READ
// :param id => 'MONDO:0005148'; :param vocabulary => 'drugbank'; :param top => 10; :param each => 3; :param fetch => 200
// $id: STRING (CURIE), $vocabulary: STRING (of the nearest drugs), $top: INTEGER (of both), $each: INTEGER (indications of a drug)
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns drug: NODE, disease: NODE, score: FLOAT in [0, 1], (1 + cosine) / 2, asserted: PATH (from the drug to the given disease
//   first, then to those nearest to it; null where there is none)
CYPHER 25
MATCH (disease:Concept {id: $id})
CALL (disease) {
  MATCH (drug:Concept)
    SEARCH drug IN (VECTOR INDEX concept_embedding FOR disease.embedding WHERE drug.vocabulary = $vocabulary LIMIT $fetch)
    SCORE AS score
  RETURN drug ORDER BY score DESC LIMIT $top
  UNION
  MATCH (drug:Concept)-[says:TREATS|APPLIED_TO_TREAT]->(disease) WHERE says.negated IS NULL OR NOT says.negated
  RETURN DISTINCT drug
  ORDER BY vector.similarity.cosine(drug.embedding, disease.embedding) DESC LIMIT $top
}
OPTIONAL CALL (drug, disease) {
  MATCH asserted = (drug)-[says:TREATS|APPLIED_TO_TREAT|CONTRAINDICATED_IN]->(other:Concept)
  WHERE says.negated IS NULL OR NOT says.negated
  RETURN asserted
  ORDER BY other = disease DESC, vector.similarity.cosine(other.embedding, disease.embedding) DESC, other.id LIMIT $each
}
RETURN drug, disease, vector.similarity.cosine(drug.embedding, disease.embedding) AS score, asserted
ORDER BY score DESC;
