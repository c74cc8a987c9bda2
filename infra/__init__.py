"""What stands around the product: the two commands, the embedded services and their supervisor."""
