"""Reports of a whole ledger: overview, survey, evaluation, letters."""
