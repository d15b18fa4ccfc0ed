"""The station for programs: JSON under `/api/v1`, by the same functions as the page, described in `/openapi.json`."""
