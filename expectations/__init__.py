"""What data must look like: the schema of every zone and the suites that guard the three borders."""
