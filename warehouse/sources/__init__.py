"""Tables that come from Python packages: exchange rates and hosted API prices."""
