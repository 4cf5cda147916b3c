"""Functions in child processes, under the Lambda runtime API."""
