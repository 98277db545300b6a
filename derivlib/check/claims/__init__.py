"""What is claimed, compared with what the judge finds: derivatives, equations, rules, entries."""
