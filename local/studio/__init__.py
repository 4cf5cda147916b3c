"""Amazon SageMaker Studio's API for moto, which has only a few of its operations."""
