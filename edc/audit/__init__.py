"""What happened: acts, history, the chain of seals, verification."""
