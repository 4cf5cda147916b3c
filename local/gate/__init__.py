"""The least-privilege gate: every call that a role makes is judged by the policies that the template deployed."""
