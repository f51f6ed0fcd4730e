"""A test module that the analysis tests name; it is never run."""
