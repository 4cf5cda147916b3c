"""Studio Concierge: Amazon SageMaker Studio for a whole company, kept in the state that its catalog says."""
