"""A record of every domain, each night: enough to build its people again if the domain is lost."""
