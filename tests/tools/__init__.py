"""What stands beside the program: the set-up and the verifiers of their own."""
