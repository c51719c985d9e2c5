"""Sources to native modules: trees, revisions, wheels, layouts."""
