"""The use cases: the only place where market, engine, storage and locks meet."""
