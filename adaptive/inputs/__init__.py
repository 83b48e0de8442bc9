"""Who speaks to us.  Bytes in, messages out; hostile until proved otherwise."""
