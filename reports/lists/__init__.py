"""Reports that are lists of figures, each as tables and as a page."""
