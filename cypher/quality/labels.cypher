// How many nodes there are of each of the main labels.
// access: READ
// returns label: STRING, nodes: INTEGER
CALL () {
  MATCH (n:Concept) RETURN 'Concept' AS label, count(*) AS nodes
  UNION ALL MATCH (n:Variant) RETURN 'Variant' AS label, count(*) AS nodes
  UNION ALL MATCH (n:Name) RETURN 'Name' AS label, count(*) AS nodes
  UNION ALL MATCH (n:Source) RETURN 'Source' AS label, count(*) AS nodes
}
RETURN label, nodes
