"""The command line: it translates and reports; the library decides."""
