"""The delivery: takes accepted submissions from the outbox to service owners, with a system user's token."""

from delivery.courier import HANDS, Courier
from delivery.keys import SigningKey, signing_key
from delivery.machine_client import (
    GRANT_TYPE,
    RENEW_SECONDS,
    Credentials,
    MachineClient,
    NoToken,
    Wanted,
    assertion,
)
from delivery.targets import BadTargets, Target, Targets, read_targets

__all__ = [
    "GRANT_TYPE",
    "HANDS",
    "RENEW_SECONDS",
    "BadTargets",
    "Courier",
    "Credentials",
    "MachineClient",
    "NoToken",
    "SigningKey",
    "Target",
    "Targets",
    "Wanted",
    "assertion",
    "read_targets",
    "signing_key",
]
