"""The test bed: a real control plane without nodes, and stand-ins for what nodes would do."""
