"""The titles in tables of frameworks, marked for translation: catalogues are made from programs, not from tables."""

from ekistics.core.i18n import N_

__all__ = ["TITLES"]

TITLES = frozenset({
    N_("New Urban Agenda monitoring framework"),
    N_("Transformative commitments"), N_("Effective implementation"),
    N_("Social inclusion and ending poverty"), N_("Urban prosperity and opportunities for all"),
    N_("Environment and resilience"), N_("Governance structure"), N_("Planning and managing spatial development"),
    N_("Means of implementation"),
    N_("Access to adequate housing"), N_("Access to basic services"), N_("Inclusive urban economy"),
    N_("Sustainable prosperity for all"), N_("Resilience, mitigation and adaptation"), N_("Natural resources"),
    N_("Decentralisation"), N_("Link between policy and finance"), N_("Legal frameworks"), N_("Capacity at all levels"),
    N_("Participation that responds to age and gender"), N_("Participation of women"),
    N_("Balanced territorial development"), N_("Housing in plans"), N_("Culture"), N_("Extension, infill and renewal"),
    N_("Planning capacity"), N_("Small and intermediate cities"), N_("Multimodal transport"), N_("Finance"),
    N_("Capacity"), N_("Information technology and data"),
    N_("Poverty"), N_("Secure tenure"), N_("Deaths from air pollution"), N_("Property rights of women"),
    N_("Safe water"), N_("Sanitation and handwashing"), N_("Share of renewable energy"),
    N_("Growth of GDP per employed person"), N_("Informal employment"), N_("Unemployment"),
    N_("Young people not in education, employment or training"), N_("Employment in manufacturing"),
    N_("Open public space in cities"), N_("Inequality of incomes (Gini)"), N_("Share of roads with cycle lanes"),
    N_("Share of roads with sidewalks"),
    N_("Urban Monitoring Framework"), N_("Society"), N_("Economy"), N_("Environment"),
    N_("Governance and implementation"), N_("Safe and peaceful"), N_("Inclusive"), N_("Resilient"), N_("Sustainable"),
    N_("Which cell an indicator stands in was decided here: the framework's own list could not be retrieved"),
})
