"""One text of Secrets Manager, for the login; whoever asks keeps it for a while."""

from __future__ import annotations

from concierge.aws.crt.service import Service


def secret_text(service: Service, arn: str, *, stage: str = "AWSCURRENT") -> str:
    """GetSecretValue; empty for a secret that holds bytes. Raises NotFound if there is no version of that stage."""
    answer = service.json("secretsmanager", "GetSecretValue", {"SecretId": arn, "VersionStage": stage})
    return str(answer.get("SecretString", ""))
