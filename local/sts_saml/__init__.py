"""STS AssumeRoleWithSAML that verifies, for moto, whose own answers the same to everybody."""
