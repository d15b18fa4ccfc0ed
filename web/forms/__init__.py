"""Forms that record something: the table of them, what they ask, and the service behind each."""
