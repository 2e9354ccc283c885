# Stands in for RSiena in tests: every function writes down what it was called with, in one line, and checks dimensions.
library <- function(...) invisible(NULL)
said <- function(...) cat(..., "\n", sep = "", file = "calls.txt", append = TRUE)
shape <- function(x) if (is.null(dim(x))) length(x) else paste(dim(x), collapse = "x")
sienaDependent <- function(netarray, type, allowOnly) {
  stopifnot(is.numeric(netarray), all(netarray %in% c(0, 1, 10, 11) | is.na(netarray)) || type == "behavior")
  said("dependent ", type, " ", shape(netarray), " sum ", sum(netarray, na.rm = TRUE), " unknown ", sum(is.na(netarray)))
  structure(list(waves = tail(dim(netarray), 1), n = dim(netarray)[1]), kind = "dependent")
}
covariate <- function(kind, x, centered) {
  said(kind, " ", shape(x), " mean ", format(round(mean(x, na.rm = TRUE), 6)), " centered ", centered)
  structure(list(n = if (is.null(dim(x))) length(x) else dim(x)[1]), kind = kind)
}
coCovar <- function(val, centered = TRUE) { stopifnot(is.vector(val), is.numeric(val)); covariate("coCovar", val, centered) }
varCovar <- function(val, centered = TRUE) { stopifnot(is.matrix(val), is.numeric(val)); covariate("varCovar", val, centered) }
coDyadCovar <- function(val, centered = TRUE) { stopifnot(nrow(val) == ncol(val)); covariate("coDyadCovar", val, centered) }
sienaCompositionChangeFromFile <- function(filename) {
  lines <- strsplit(readLines(filename), " +")
  stopifnot(lengths(lines) %% 2 == 0, !is.na(as.numeric(unlist(lines))))
  said("composition ", length(lines), " ", paste(sapply(lines, paste, collapse = " "), collapse = "; "))
  structure(list(n = length(lines)), kind = "composition")
}
sienaDataCreate <- function(...) {
  given <- list(...)
  stopifnot(length(unique(sapply(given, function(each) each$n))) == 1)
  said("data ", paste(names(given), collapse = " "))
  given
}
sienaGroupCreate <- function(objlist) { said("group of ", length(objlist)); objlist }
getEffects <- function(x, nintn = 10, behNintn = 4) {
  said("getEffects ", nintn, " ", behNintn)
  data.frame(basicRate = c(TRUE, FALSE), include = TRUE)
}
noted <- function(name, call) {
  call <- as.list(call)[-(1:2)]
  given <- names(call)
  if (is.null(given)) given <- rep("", length(call))
  words <- sapply(call, function(each) paste(deparse(each), collapse = ""))
  said(name, " ", paste(ifelse(given == "", words, paste0(given, "=", words)), collapse = " "))
}
includeEffects <- function(myeff, ...) { noted("include", match.call(expand.dots = TRUE)); myeff }
setEffect <- function(myeff, shortName, ...) { noted("set", sys.call()); myeff }
includeInteraction <- function(myeff, ...) { noted("interaction", sys.call()); myeff }
sienaAlgorithmCreate <- function(projname = NULL, cond, condname = "", n3, seed, modelType = NULL) {
  said("algorithm cond ", cond, " ", condname, " n3 ", n3, " seed ", seed, " model ", names(modelType), " ", modelType)
}
fits <- 0
siena07 <- function(x, data, effects, batch, prevAns = NULL) {
  stopifnot(identical(effects$include, effects$basicRate))
  fits <<- fits + 1
  said("siena07 ", if (is.null(prevAns)) "first" else "again")
  list(tconv.max = if (fits < 3) 0.3 else 0.1)
}
