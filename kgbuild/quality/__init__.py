"""The quality of the graph, from the tables of the last load: what is wrong in it, and a page about it."""
