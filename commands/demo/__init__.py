"""The demo: the whole job on the Buleleng example, with no camera."""
