"""What anybody reads of adverse events: always for an actor, and only in their scope."""
