// Every loaded node with its labels and properties, for the digest.
// access: READ
// returns labels: LIST<STRING>, properties: MAP
MATCH (n)
WHERE n:Concept OR n:Variant OR n:Name
RETURN [label IN ['Concept', 'Variant', 'Name'] WHERE label IN labels(n)] + [label IN labels(n)
  WHERE NOT label IN ['Concept', 'Variant', 'Name']] AS labels, n {.*, embedding: null} AS properties
