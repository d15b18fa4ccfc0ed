"""A whole ledger told: overview, survey, evaluation, letters."""
