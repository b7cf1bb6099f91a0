// The membership flags that the graph's concepts have, such as in_efo.
// access: READ
// returns flag: STRING
CALL db.propertyKeys() YIELD propertyKey
WHERE propertyKey STARTS WITH 'in_'
RETURN propertyKey AS flag ORDER BY flag
