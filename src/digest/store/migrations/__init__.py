"""The steps from one schema to the next, written out by hand; `digest.store.versions` runs them."""
