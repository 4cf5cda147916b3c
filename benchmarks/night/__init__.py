"""A night in a large domain: AWS that answers slowly and throttles, our sweep, and Cloud Custodian beside it."""
