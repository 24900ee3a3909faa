"""The words of the report's outline, marked for translation; titles that the framework has too are marked there."""

from ekistics.core.i18n import N_

__all__ = ["WORDS"]

WORDS = frozenset({
    N_("National report on the New Urban Agenda"), N_("draft of 2020"), N_("Follow-up and review"),
    N_("The outline was not retrieved from the original; its section counts agree with the framework."),
    N_("Inequality"), N_("Groups at risk"), N_("Public space"), N_("Access"), N_("Finance of housing"), N_("Tenure"),
    N_("Upgrading"), N_("Water, sanitation and waste"), N_("Transport"), N_("Energy"), N_("Information technology"),
})
