# Golden degrees of freedom: Rscript tests/survey/make_golden_freedom.R writes golden_freedom.toml.
# Oracle: plain R by the textbook's formula (the R package survey has no count of this kind); survey's standard errors are
# written beside, which the parts must add up to; and R's t.test (Welch), which is the case of two strata.
suppressMessages(library(survey))
options(digits = 17)
folder <- if (length(commandArgs(TRUE))) commandArgs(TRUE)[1] else "tests/survey"
golden <- readLines(file.path(folder, "golden_synthetic.toml"))
column <- function(name) {
  text <- sub("^[^[]*\\[(.*)\\]$", "\\1", grep(paste0("^", name, " = "), golden, value = TRUE)[1])
  as.numeric(strsplit(text, ", ")[[1]])
}
d <- data.frame(sapply(c("h", "psu", "ssu", "N", "M", "w", "y", "g", "cell"), column))
d$n <- ave(d$psu, d$h, FUN = function(v) length(unique(v)))
d$m <- ave(d$psu, d$psu, FUN = length)

# What each stratum of the first stage, and each unit of the second, adds to the variance of the sum of u = weight x z.
first <- function(u, fpc) sapply(split(cbind(d, u = u), d$h), function(p) {
  t <- tapply(p$u, p$psu, sum)
  length(t) * var(t) * (if (fpc) 1 - length(t) / p$N[1] else 1)
})
second <- function(u) sapply(split(cbind(d, u = u), d$psu), function(p)
  p$n[1] / p$N[1] * nrow(p) * var(p$u) * (1 - nrow(p) / p$M[1]))
first_f <- tapply(d$psu, d$h, function(v) length(unique(v))) - 1
second_f <- tapply(d$psu, d$psu, length) - 1
count <- function(v, f) sum(v)^2 / sum(v^2 / f)
mean_z <- function(here, w = d$w) { r <- sum((w * d$y)[here]) / sum(w[here]); here * (d$y - r) / sum(w[here]) }

out <- c("# Degrees of freedom by the parts of the variance.",
         paste0("# Computed by make_golden_freedom.R with ", R.version.string, ", survey ", packageVersion("survey"), "; ", Sys.Date(), "."),
         "# Computed by: the project. Nothing has been replaced.", "tolerance = 1e-9")
put <- function(name, ...) {
  values <- list(...)
  out <<- c(out, "", paste0("[", name, "]"), sapply(names(values), function(k)
    paste0(k, " = [", paste(sprintf("%.15e", values[[k]]), collapse = ", "), "]")))
}
one <- svydesign(~psu, strata = ~h, weights = ~w, data = d, fpc = ~N)
wr <- svydesign(~psu, strata = ~h, weights = ~w, data = d)
two <- svydesign(~psu + ssu, strata = ~h, weights = ~w, data = d, fpc = ~N + M)
for (k in c("one", "wr", "two")) {
  s <- get(k)
  for (part in c("all", "0", "1", "2")) {
    here <- if (part == "all") rep(TRUE, nrow(d)) else d$g == as.numeric(part)
    u <- d$w * mean_z(here)
    v <- first(u, k != "wr"); f <- first_f
    if (k == "two") { v <- c(v, second(u)); f <- c(f, second_f) }
    m <- svymean(~y, subset(s, here)); df <- count(v, f)
    stopifnot(abs(sum(v) - SE(m)^2) < 1e-12)
    put(paste0(k, ".", part), se = SE(m), df = df, interval = coef(m) + c(-1, 1) * qt(0.975, df) * as.vector(SE(m)))
  }
}
# Poststratified: the parts are those of what is left after the cells' means (weights before the adjustment).
sizes <- c(150, 180)
post <- postStratify(one, ~cell, data.frame(cell = 0:1, Freq = sizes))
z <- mean_z(rep(TRUE, nrow(d)), weights(post))
left <- z - sapply(d$cell, function(k) sum((d$w * z)[d$cell == k]) / sum(d$w[d$cell == k]))
v <- first(weights(post) * left, TRUE)
stopifnot(abs(sum(v) - SE(svymean(~y, post))^2) < 1e-12)
put("poststratified", sizes = sizes, se = SE(svymean(~y, post)), df = count(v, first_f))

a <- c(3.1, 4.7, 2.2, 9.8, 5.5, 6.1); b <- c(12.4, 30.9, 1.7, 22.2)
welch <- t.test(a, b)
put("welch", a = a, b = b, df = welch$parameter, interval = welch$conf.int)
writeLines(out, file.path(folder, "golden_freedom.toml"))
