"""A strategy as typed values: parsed from the builder's JSON, checked, and described in sentences."""
