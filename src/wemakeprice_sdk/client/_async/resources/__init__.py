"""One module per resource group of the client."""
