"""Water and sanitation as households have them: which sources and facilities are improved, and by whose list."""

from ekistics.core.indicator import MethodEdition

__all__ = ["IMPROVED_SANITATION", "IMPROVED_WATER", "JMP", "JMP_SOURCE", "UNCLEAR_SANITATION", "UNCLEAR_WATER"]

JMP = MethodEdition("WHO/UNICEF Joint Monitoring Programme",
                    "Core questions on water, sanitation and hygiene for household surveys", "2018 update",
                    "service ladders")
JMP_SOURCE = "https://washdata.org/monitoring/methods/core-questions"

IMPROVED_WATER = ("piped_dwelling", "piped_yard", "piped_neighbour", "standpipe", "borehole", "protected_well",
                  "protected_spring", "rainwater", "tanker", "cart", "kiosk", "bottled", "sachet", "other_improved")
UNCLEAR_WATER = ("well_unspecified", "spring_unspecified")
IMPROVED_SANITATION = ("flush_sewer", "flush_septic", "flush_pit", "flush_unknown", "vip", "pit_slab", "composting",
                       "container", "other_improved")
UNCLEAR_SANITATION = ("flush_unspecified", "pit_unspecified")
