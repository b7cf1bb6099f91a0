"""Texts and variants as vectors in one space: the encoders, their losses, and the folder that a model is saved in.

encoder, locus                                  the encoders of texts and of variants; hub fetches a base model
losses                                          what they are trained by
relate, associate, association_part, random_features    what is fitted in closed form, or after the last step
checkpoint, card                                a model as sentence-transformers reads it, and as people do
"""
