"""What trading costs: the charges of a contract note, by the rates of its date."""
