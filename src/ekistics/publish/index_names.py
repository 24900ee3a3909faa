"""The texts of the indices that come with the program, marked for translation; each is told by what a table says."""

from ekistics.core.i18n import N_

__all__ = ["NAMES"]

NAMES = frozenset({
    N_("City Prosperity Index"),
    N_("Benchmarks are of a third party and not confirmed as UN-Habitat's. The table of benchmarks names the "
       "dimension of a row; its sub-dimension is placed here by what it measures. Known slips of the third-party "
       "calculator are not taken over: physicians times 1,000, libraries times 100,000, the broadband benchmark "
       "divided by 8, thresholds of youth unemployment rooted twice, a wrong power in place of the logarithms of "
       "11.3.1, and a total that is the plain mean of all sub-dimensions."),
    N_("Arithmetic total"),
    N_("The total is the plain mean of the dimensions, so that a strong dimension makes up for a weak one."),
    N_("At least two thirds of every part"),
    N_("A part is scored where at least two thirds of it, by weight, are known; the rest is left out, not filled."),
    N_("very solid"), N_("Consolidate policies"), N_("solid"), N_("moderately solid"), N_("Strengthen policies"),
    N_("moderately weak"), N_("weak"), N_("Prioritise policies"), N_("very weak"), N_("Productivity"),
    N_("Infrastructure"), N_("Quality of life"), N_("Equity and social inclusion"),
    N_("Environmental sustainability"), N_("Governance and legislation"), N_("Economic growth"),
    N_("Economic agglomeration"), N_("Employment"), N_("Housing infrastructure"), N_("Social infrastructure"),
    N_("Information and communication technology"), N_("Urban mobility"), N_("Urban form"), N_("Health"),
    N_("Education"), N_("Safety and security"), N_("Public space"), N_("Economic equity"), N_("Social inclusion"),
    N_("Gender inclusion"), N_("Urban diversity"), N_("Air quality"), N_("Waste management"),
    N_("Sustainable energy"), N_("Participation"), N_("Municipal financing and institutional capacity"),
    N_("Governance of urbanisation"), N_("City product per capita"), N_("USD PPP a person"),
    N_("City product is the sum over seven sectors of national value added, by the city's share of the sector's "
       "employment."),
    N_("Old-age dependency"), N_("% of people of 15 to 64"), N_("Mean household income"), N_("USD PPP a household"),
    N_("Economic density"), N_("million USD PPP per km²"),
    N_("Points are lost above the target too: a city with twice the target scores as low as one with nothing."),
    N_("Economic specialisation"),
    N_("The value is the normalised Herfindahl-Hirschman index. The target depends on the number of sectors N, "
       "(0.25 - 1/N) / (1 - 1/N); it is 0.125 for the seven sectors of the city product, and whether those are "
       "meant is not known."),
    N_("Unemployment"), N_("%"), N_("Employment to population"), N_("Informal employment"), N_("Durable shelter"),
    N_("% of households"), N_("Improved water"), N_("Improved sanitation"), N_("Access to electricity"),
    N_("Sufficient living area"),
    N_("The range of 2.5 to 57.8 fits the share of overcrowded homes, of which less is better; the table scores "
       "more as better. The direction must be checked."),
    N_("Population density"), N_("people per km²"), N_("Physicians"), N_("per 1,000 people"), N_("Public libraries"),
    N_("per 100,000 people"), N_("Internet access"), N_("Computer at home"), N_("Broadband speed"), N_("kbit/s"),
    N_("Trips by public transport"), N_("% of trips"), N_("Average daily travel time"), N_("minutes"),
    N_("Length of mass transit"), N_("km per million people"),
    N_("Points are lost above the target too: a city with 160 km per million people scores as low as one with none."),
    N_("Traffic fatalities"), N_("Cost of transport"), N_("% of income for 60 trips a month"),
    N_("Street intersection density"), N_("per km²"), N_("Street density"), N_("km per km²"),
    N_("Land allocated to streets"), N_("Life expectancy"), N_("years"), N_("Under-five mortality"),
    N_("per 1,000 live births"), N_("Vaccination coverage"), N_("Maternal mortality"), N_("per 100,000 live births"),
    N_("Literacy"), N_("Mean years of schooling"), N_("Early-childhood education"),
    N_("Net enrolment in higher education"), N_("Homicide"),
    N_("The upper benchmark is far above any homicide rate that a city reports, so that nearly every city scores "
       "high."),
    N_("Theft"), N_("People near an open public space"), N_("% within 400 m"), N_("Green area per person"),
    N_("m² a person"), N_("Gini coefficient"), N_("The coefficient runs from 0 to 1."), N_("Poverty rate"),
    N_("The table gives the benchmarks as fourth roots, 0.38 and 3.00."), N_("Slum households"),
    N_("Youth unemployment"), N_("Girls to boys in secondary school"), N_("girls per boy"),
    N_("Women in local government"), N_("Women in the workforce"), N_("Mix of land uses"),
    N_("The value is the mean Shannon index over cells. The upper benchmark is ln 5, 1.61."),
    N_("Air monitoring stations"), N_("% of the stations needed"),
    N_("The benchmark is a number of stations that depends on the city: one for each 125,000 people where PM10 "
       "is 48 or more, for each 250,000 where it is 32 to 48, and for each 500,000 below. Give stations as a "
       "percentage of that number. It is assumed that none scores 0; the table gives no lower benchmark."),
    N_("Fine particles (PM2.5)"), N_("µg/m³, annual mean"), N_("CO2 emissions"), N_("t a person and year"),
    N_("The table gives the benchmarks as fifth roots, 0.39 and 2.09."), N_("Solid waste collected"),
    N_("Wastewater treated"), N_("Waste recycled"),
    N_("Points are lost above the target too: a city that recycles everything scores as low as one that recycles "
       "nothing."),
    N_("Renewable energy"), N_("Voter turnout"), N_("Civic participation"),
    N_("The table does not say in what it is a percentage."), N_("Access to public information"), N_("points of 10"),
    N_("One point each: budget, senior salaries, organisation chart, contracts and tenders, statistics, notices, "
       "reporting of complaints, election results, tax information, open tendering."),
    N_("Own revenue"), N_("% of revenue"), N_("Days to start a business"), N_("days"), N_("Subnational debt"),
    N_("Efficiency of local expenditure"), N_("actual by estimated, %"), N_("Land use efficiency"),
    N_("The ratio of indicator 11.3.1. The ratio is negative where people leave and land is still built up, or "
       "the other way round, and the table scores that as best."),
})
