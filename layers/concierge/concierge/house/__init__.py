"""Studio's own settings of a domain: idle limits that Studio enforces by itself, and tags that it hands on."""
