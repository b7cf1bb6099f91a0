"""How a transformer is run: on which device, in which processes and threads, without padding, with what dropout."""
