"""Running the installation on one machine: the web server and the worker as children of one command."""
