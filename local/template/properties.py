"""Which properties of which resource types the local stack knows, so that none is ignored in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TAGS = {"Tags": "tags of this type are no condition of any policy here"}

# What the handlers of local.template make real.
IMITATED: dict[str, frozenset[str]] = {
    "AWS::ApiGateway::Deployment": frozenset({"RestApiId"}),
    "AWS::ApiGateway::RestApi": frozenset({"Body", "Name"}),
    "AWS::ApiGateway::Stage": frozenset({"DeploymentId", "RestApiId", "StageName"}),
    "AWS::CloudWatch::Alarm": frozenset(
        {
            "AlarmActions",
            "AlarmDescription",
            "AlarmName",
            "ComparisonOperator",
            "Dimensions",
            "EvaluationPeriods",
            "MetricName",
            "Metrics",
            "Namespace",
            "Period",
            "Statistic",
            "Threshold",
            "TreatMissingData",
        }
    ),
    "AWS::DynamoDB::Table": frozenset(
        {
            "AttributeDefinitions",
            "BillingMode",
            "DeletionProtectionEnabled",
            "GlobalSecondaryIndexes",
            "KeySchema",
            "PointInTimeRecoverySpecification",
            "SSESpecification",
            "TableName",
            "Tags",
            "TimeToLiveSpecification",
        }
    ),
    "AWS::Events::EventBus": frozenset({"Name"}),
    "AWS::Events::Rule": frozenset({"Description", "EventBusName", "EventPattern", "Name", "State", "Targets"}),
    "AWS::IAM::ManagedPolicy": frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument"}),
    "AWS::IAM::Role": frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    ),
    "AWS::Lambda::EventInvokeConfig": frozenset({"DestinationConfig", "FunctionName", "MaximumRetryAttempts"}),
    "AWS::Lambda::EventSourceMapping": frozenset(
        {"BatchSize", "EventSourceArn", "FunctionName", "FunctionResponseTypes", "ScalingConfig"}
    ),
    "AWS::Lambda::Function": frozenset(
        {"Code", "Environment", "FunctionName", "Handler", "Layers", "MemorySize", "Role", "Runtime", "Timeout"}
    ),
    "AWS::Lambda::LayerVersion": frozenset({"CompatibleRuntimes", "Content", "LayerName"}),
    "AWS::Lambda::Permission": frozenset({"Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"}),
    "AWS::Logs::LogGroup": frozenset({"LogGroupName", "RetentionInDays"}),
    "AWS::Logs::SubscriptionFilter": frozenset({"DestinationArn", "FilterPattern", "LogGroupName"}),
    "AWS::S3::Bucket": frozenset({"BucketName", "VersioningConfiguration"}),
    "AWS::S3::BucketPolicy": frozenset(),
    "AWS::SNS::Subscription": frozenset({"Endpoint", "Protocol", "TopicArn"}),
    "AWS::SNS::Topic": frozenset({"Subscription", "TopicName"}),
    "AWS::SNS::TopicPolicy": frozenset({"PolicyDocument", "Topics"}),
    "AWS::SQS::Queue": frozenset(
        {
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "DelaySeconds",
            "FifoQueue",
            "FifoThroughputLimit",
            "MessageRetentionPeriod",
            "QueueName",
            "RedrivePolicy",
            "SqsManagedSseEnabled",
            "Tags",
            "VisibilityTimeout",
        }
    ),
    "AWS::SQS::QueuePolicy": frozenset({"PolicyDocument", "Queues"}),
    "AWS::SecretsManager::Secret": frozenset(
        {"Description", "GenerateSecretString", "KmsKeyId", "Name", "SecretString", "Tags"}
    ),
    "AWS::Scheduler::Schedule": frozenset(
        {"FlexibleTimeWindow", "Name", "ScheduleExpression", "ScheduleExpressionTimezone", "State", "Target"}
    ),
    "AWS::StepFunctions::StateMachine": frozenset(
        {
            "DefinitionS3Location",
            "DefinitionString",
            "DefinitionSubstitutions",
            "RoleArn",
            "StateMachineName",
            "StateMachineType",
        }
    ),
}

# Accepted and not imitated, each with the reason.
ACCEPTED: dict[str, Mapping[str, str]] = {
    "AWS::ApiGateway::Deployment": {
        "Description": "text for people",
        "StageName": "SAM's placeholder; the stage is a resource of its own",
    },
    "AWS::ApiGateway::RestApi": {
        "EndpointConfiguration": "there is one endpoint, on 127.0.0.1",
        "MinimumCompressionSize": "answers are not compressed",
        "Parameters": "SAM repeats the endpoint's kind here",
    },
    "AWS::ApiGateway::Stage": {
        "AccessLogSetting": "no access log is written",
        "MethodSettings": "nothing is throttled, traced or measured",
        "TracingEnabled": "X-Ray is not here",
        **_TAGS,
    },
    "AWS::Events::EventBus": _TAGS,
    "AWS::Lambda::EventInvokeConfig": {
        "MaximumEventAgeInSeconds": "retries follow within a second",
        "Qualifier": "functions have one version",
    },
    "AWS::Lambda::EventSourceMapping": {
        "MaximumBatchingWindowInSeconds": "a batch is what is there",
    },
    "AWS::Lambda::Function": {
        "Architectures": "functions run on this machine's processor",
        "Description": "text for people",
        "LoggingConfig": "lines are kept in the stack's own logs",
        "TracingConfig": "X-Ray is not here",
        "VpcConfig": "there is one network, that of this machine",
        **_TAGS,
    },
    "AWS::Lambda::LayerVersion": {
        "CompatibleArchitectures": "functions run on this machine's processor",
        "Description": "text for people",
    },
    "AWS::StepFunctions::StateMachine": {
        "LoggingConfiguration": "the role must be allowed to deliver logs; the history stays with the execution",
        "TracingConfiguration": "X-Ray is not here",
        **_TAGS,
    },
    "AWS::SNS::Topic": {
        "DisplayName": "nothing is sent",
        "KmsMasterKeyId": "nothing is kept on a disk",
        **_TAGS,
    },
    "AWS::S3::Bucket": {
        "BucketEncryption": "nothing is kept on a disk",
        "OwnershipControls": "objects have no access control lists here",
        "PublicAccessBlockConfiguration": "nobody but this machine reaches the bucket",
        **_TAGS,
    },
    "AWS::S3::BucketPolicy": {
        "Bucket": "policies of buckets are not judged",
        "PolicyDocument": "policies of buckets are not judged; TLS is not spoken with moto",
    },
}


def unknown(resource_type: str, properties: Mapping[str, Any]) -> list[str]:
    """The names of properties that are neither made real nor accepted, in order."""
    known = IMITATED.get(resource_type, frozenset()) | set(ACCEPTED.get(resource_type, {}))
    return sorted(set(properties) - known)
