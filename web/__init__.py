"""The station's page: routes, templates and streams over what `station` and the four parts do. No rules and no SQL."""
