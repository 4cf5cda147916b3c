"""Step Functions: moto reads and walks the state machines; what it lacks or does otherwise than AWS is here."""
