"""The command line: the application, its options and how it prints."""
