"""What data must look like: the schema of every zone, the suites that guard the borders."""
