"""The edge: the only place that knows HTTP. `strict_json` reads bodies, `problems` says errors,
`requests` takes apart what the gateway hands over, `callers` finds out who is calling, `door`
serves the endpoints of partners. It must never hold a rule of the domain."""
