// Whether there are nodes under kg's labels.
// access: READ
// returns label: STRING
MATCH (n:Concept|Variant|Name|Source|Meta)
WHERE NOT (n:Meta AND n.name = 'lock')
RETURN [label IN labels(n) WHERE label IN ['Concept', 'Variant', 'Name', 'Source', 'Meta']][0] AS label
LIMIT 1
