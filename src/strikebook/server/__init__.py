"""HTTP: routes, wire types, who may do what, our errors as problems."""
