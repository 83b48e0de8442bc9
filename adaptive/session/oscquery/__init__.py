"""OSCQuery: what can be sent over OSC is shown as a tree over HTTP, and found over mDNS."""
