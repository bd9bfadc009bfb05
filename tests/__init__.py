"""The tests; a package, so that `tests.cases` has one name wherever it is used."""
