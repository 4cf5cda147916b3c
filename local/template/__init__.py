"""template.yaml, translated and deployed into moto."""
