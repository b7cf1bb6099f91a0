"""The trainings that `kg train` knows: each a function without arguments that returns a frozen `TrainConfig`."""

from embed.recipes.biolord import biolord, biolord_cpu, biolord_m
from embed.recipes.generel import generel, generel_cpu, generel_locus, generel_small

RECIPES = {
    recipe.__name__: recipe
    for recipe in (generel, generel_cpu, generel_locus, generel_small, biolord, biolord_cpu, biolord_m)
}
