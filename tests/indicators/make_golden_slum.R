# Makes the case "Standard errors by R survey" of src/ekistics/indicators/golden/sdg_11_1_1.toml.
# Run: Rscript make_golden_slum.R   (R survey 4.1-1, 2026-11-26)
library(survey)
d <- data.frame(
  area = c("A","A","A","A","A","A","A","A","A","A","B","B","B","B"),
  stratum = c(1,1,1,1,1,2,2,2,2,2,3,3,3,3), psu = c(1,1,2,2,3,4,4,5,5,6,7,7,8,8),
  weight = c(10,12,9,15,11,20,25,18,22,30,8,9,7,10), members = c(3,5,2,6,4,4,1,7,3,5,2,8,3,4),
  slum = c(1,0,1,0,0,1,0,0,0,1,1,0,0,1))
des <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = d)
for (a in c("A", "B")) {
  s <- subset(des, area == a)
  p <- svyciprop(~slum, s, method = "xlogit", df = degf(s)); print(a); print(coef(p), digits = 12); print(confint(p), digits = 12); print(SE(p))
  r <- svyratio(~I(slum * members), ~members, s); print(coef(r), digits = 12); print(SE(r), digits = 12); print(degf(s))
  rr <- coef(r)[[1]]; se <- SE(r)[[1]]; t <- qt(.975, degf(s)); l <- log(rr/(1-rr)); h <- t*se/(rr*(1-rr))
  print(c(1/(1+exp(-(l-h))), 1/(1+exp(-(l+h)))), digits = 12)
}
print(packageVersion("survey"))
