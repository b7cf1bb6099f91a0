"""The trainings that `kg train` knows: each a function without arguments that returns a frozen `TrainConfig`."""

from embed.recipes.biolord import biolord, biolord_cpu, biolord_m
from embed.recipes.generel import generel, generel_cpu, generel_locus, generel_small
from embed.recipes.sapbert import sapbert, sapbert_cpu, sapbert_finetune, sapbert_small

_GENEREL = (generel, generel_cpu, generel_locus, generel_small)
_SAPBERT = (sapbert, sapbert_finetune, sapbert_cpu, sapbert_small)
_BIOLORD = (biolord, biolord_cpu, biolord_m)

RECIPES = {recipe.__name__: recipe for recipe in (*_GENEREL, *_SAPBERT, *_BIOLORD)}
