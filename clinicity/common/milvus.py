"""How clients keep their connection to Milvus."""

# The client's own setting pings every ten seconds, also while nothing is asked. Servers of
# gRPC take that for an attack and hang up; then the next question fails.
GRPC_OPTIONS = {
    "grpc.keepalive_time_ms": 300_000,
    "grpc.keepalive_permit_without_calls": False,
}
