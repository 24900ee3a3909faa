# Makes tests/jobs/surveys/golden_dhaka.toml: households and people with at least basic drinking water (the published
# column jmpWater4) in slums and elsewhere, with two weights. Run: Rscript make_golden_dhaka.R FOLDER
# R survey 4.1-1, 2026-11-26.
library(survey)
folder <- commandArgs(TRUE)[1]
d <- read.csv(file.path(folder, "indicatorsDataBGD_trimmed.csv"))
p <- read.csv(file.path(folder, "psu_population.csv"))
d$population <- p$pop[match(d$psu, p$psu)] / ave(d$psu, d$psu, FUN = length)
d$one <- 1
d$stratum <- paste(d$type, d$zone)
for (w in c("population", "one")) {
  design <- svydesign(ids = ~psu, strata = ~stratum, weights = as.formula(paste0("~", w)), data = d)
  for (type in 1:2) {
    part <- design[design$variables$type == type, ]
    df <- degf(part)
    share <- svyciprop(~jmpWater4, part, method = "xlogit", df = df)
    ratio <- svyratio(~I(jmpWater4 * nMembers), ~nMembers, part)
    cat(sprintf('[[case]]\nweight = "%s"\ntype = %d\ncases = %d\ndf = %d\nhouseholds = [%.12g, %.12g, %.12g]\npeople = [%.12g, %.12g]\n\n',
                w, type, nrow(part), as.integer(df), coef(share)[[1]], confint(share)[1], confint(share)[2], coef(ratio)[[1]], SE(ratio)[[1]]))
  }
}
