"""kg: one Neo4j graph of biomedical vocabularies, relations and genetic associations, and embeddings in it."""

__version__ = "0.1.0"
