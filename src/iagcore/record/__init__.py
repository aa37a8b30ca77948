"""What happened: findings, records, the journey that a fold of them gives, judging, and the seal."""
