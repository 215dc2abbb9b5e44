"""The peers: other people's engines and servers, given the same work."""
