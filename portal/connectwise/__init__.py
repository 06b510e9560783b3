"""All that is known of ConnectWise PSA (once called Manage): its addresses, lists, records and callbacks."""
