// Write concepts of one type (`TYPE` is replaced by the label); a property that is null is removed, an embedding is kept.
// access: WRITE
// $rows: LIST<MAP {id: STRING, properties: MAP}>
UNWIND $rows AS row
MERGE (n:Concept {id: row.id})
REMOVE n:Disease:Phenotype:Gene:Drug:Pathway:Anatomy:BiologicalProcess:MolecularFunction:CellularComponent:Measurement:Exposure:Code:Cell:Chemical:Organism:Protein:Study
SET n += row.properties, n:`TYPE`
