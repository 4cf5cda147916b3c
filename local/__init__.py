"""The whole deployment on a laptop: the real template, no AWS account, no Docker."""
