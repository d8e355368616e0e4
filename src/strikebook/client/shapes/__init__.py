"""The shapes of answers as typed dictionaries, as `server/wire` has them: each module is written from its namesake."""
