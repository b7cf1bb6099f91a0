"""What a model's associations are compared with: scores that need no training, or none of a neural kind.

degree, locus_neighbour                  read off the training pairs, in seconds
svd, node2vec, kge (by PyKEEN)           trained by `kg baseline`, kept as a vector a trait and a variant
"""
