"""Programs of others: A against B by a suite that knows nothing of this package."""
