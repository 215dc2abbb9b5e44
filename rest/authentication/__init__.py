"""Everything under /authentication/api/v1: the system register, system users, requests and clients of agents."""
